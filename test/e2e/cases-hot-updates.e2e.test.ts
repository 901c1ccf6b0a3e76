import { sql } from '../support/sql.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

const MEMBERS = 25;
const STEPS = [
  ['profile', 'start'],
  ['profile', 'complete'],
  ['first_project', 'start'],
  ['first_project', 'complete'],
  ['invite_teammates', 'skip'],
] as const;

it('P04: updates of progress stay on their page and write no index', async () => {
  const service = await TestService.start();
  try {
    const subjects = Array.from({ length: MEMBERS }, newSubject);
    const members = Object.fromEntries(subjects.map((subject) => [subject, 'member'] as const));
    const tenantId = await createTenant(service, { members });
    for (const subject of subjects) {
      const member = service.person(subject).inTenant(tenantId);
      for (const [step, action] of STEPS) {
        expect((await member.move({ step, action }, {}, 'member_tour')).status).toBe(200);
      }
    }
    // A session reports what it did at its end.
    await service.stopApps();
    const [counts] = await sql(
      service.database.superuserUrl,
      `SELECT n_tup_upd::integer AS updates, n_tup_hot_upd::integer AS hot FROM pg_stat_all_tables
       WHERE relid = 'foothold.onboarding_progress'::regclass`,
    );
    const updates = MEMBERS * STEPS.length;
    // The rollup adds none.
    expect(counts?.['updates']).toBe(updates);
    expect(counts?.['hot']).toBeGreaterThanOrEqual(0.95 * updates);
  } finally {
    await service.stop();
  }
});
