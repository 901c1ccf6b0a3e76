import { untilRolledUp } from '../support/rolled-up.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

/** `HOT_SECONDS=60` for a shorter run. */
const SECONDS = Number(process.env['HOT_SECONDS'] ?? 300);
/** Enough that no member saves more often than one may. */
const MEMBERS = 2_000;
const AT_ONCE = 16;

const COUNTS = `
  SELECT n_tup_upd::integer AS updates, n_tup_hot_upd::integer AS hot FROM pg_stat_all_tables
  WHERE relid = 'foothold.onboarding_progress'::regclass`;
const SIZES = `
  SELECT relname AS table, pg_table_size(oid)::integer / 1024 AS kilobytes, pg_indexes_size(oid)::integer / 1024 AS indexes
  FROM pg_class WHERE relnamespace = 'foothold'::regnamespace AND relname IN ('onboarding_progress', 'part_due') ORDER BY 1`;

it(
  'P04: parts that are saved again and again stay on their pages, and their index does not grow',
  async () => {
    const service = await TestService.start();
    try {
      const subjects = Array.from({ length: MEMBERS }, newSubject);
      const members = Object.fromEntries(subjects.map((subject) => [subject, 'member'] as const));
      const tenantId = await createTenant(service, { members });
      const people = subjects.map((subject) => service.person(subject).inTenant(tenantId));
      const sizes = () => service.sql<{ table: string; kilobytes: number; indexes: number }>(SIZES);
      const save = async (index: number): Promise<void> => {
        const data = { displayName: `Ada ${index}` };
        const person = people[index % MEMBERS]!;
        const { status } = await person.move({ step: 'profile', action: 'save', data }, {}, 'member_tour');
        if (status !== 200) throw new Error(`A save was answered with ${status}`);
      };
      let next = 0;
      const work = async (goesOn: () => boolean): Promise<void> => {
        while (goesOn()) await save(next++);
      };
      const together = (goesOn: () => boolean) => Promise.all(Array.from({ length: AT_ONCE }, () => work(goesOn)));
      await together(() => next < MEMBERS);
      const before = await sizes();
      const end = Date.now() + SECONDS * 1_000;
      await together(() => Date.now() < end);
      await untilRolledUp(service);
      const after = await sizes();
      await service.stopApps();
      const [counts] = await service.sql(COUNTS);
      console.log(JSON.stringify({ saves: next, ...counts, before, after }));
      expect(counts.hot / counts.updates).toBeGreaterThanOrEqual(0.95);
      expect(after[0]!.indexes).toBeLessThanOrEqual(1.5 * before[0]!.indexes);
    } finally {
      await service.stop();
    }
  },
  (SECONDS + 120) * 1_000,
);
