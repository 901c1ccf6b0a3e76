import { randomUUID } from 'node:crypto';
import { BuiltService } from '../support/built-service.js';
import { CrashLab, pause } from '../support/crash-lab.js';
import { eventually } from '../support/eventually.js';
import { NOT_ROLLED_UP, RECOUNT, ROLLED_UP, WRONG_SUMS } from '../support/recount.js';
import { sql } from '../support/sql.js';
import { tourPeople } from '../support/tour-people.sql.js';

/** Enough that a rollup of them can be caught in the middle. */
const PEOPLE = 1_500;
/** A batch takes about so long: the crash comes anywhere in it. */
const BATCH_MS = 60;

describe('kill -9 in the middle of a rollup', () => {
  const tenantId = randomUUID();
  let lab: CrashLab;
  beforeAll(async () => {
    BuiltService.build();
    lab = await CrashLab.open();
    await sql(lab.superuserUrl, `INSERT INTO foothold.tenant VALUES ('${tenantId}', 'Acme', 'active', now(), now())`);
  }, 180_000);
  afterAll(() => lab.close());

  const due = async (): Promise<number> => (await sql<{ due: number }>(lab.superuserUrl, NOT_ROLLED_UP))[0]?.due ?? 0;
  const funnelOf = (text: string) => sql(lab.superuserUrl, text, [tenantId]);

  let left: number;

  it('counts everybody once, of the service and of PostgreSQL', async () => {
    const [killService, killPostgres] = [() => lab.killService(), () => lab.killPostgres()];
    const kills = [killService, killPostgres, killService, killPostgres];
    for (const [round, kill] of kills.entries()) {
      const more = tourPeople(tenantId, round * PEOPLE + 1, (round + 1) * PEOPLE);
      await sql(lab.superuserUrl, more.join(';\n'));
      await eventually(async () => (left = await due()) < PEOPLE);
      expect(left).toBeGreaterThan(0);
      await pause(Math.random() * BATCH_MS);
      await kill();
    }
    await eventually(async () => (await due()) === 0, 120_000);
    const recount = await funnelOf(RECOUNT);
    expect(await funnelOf(ROLLED_UP)).toEqual(recount);
    expect(await funnelOf(WRONG_SUMS)).toEqual([]);
    expect(recount.length).toBeGreaterThan(100);
  }, 240_000);
});
