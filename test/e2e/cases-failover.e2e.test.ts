import { rm } from 'node:fs/promises';
import { loadConfig } from '../../src/config/config.js';
import { createApp } from '../../src/service.js';
import { key, type Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { ReplicatedPostgres } from '../support/replicated-postgres.js';
import { TestService } from '../support/service.js';

const FLOW = 'member_tour';
const START_MS = 60_000;

let service: TestService;
let postgres: ReplicatedPostgres;
/** A person at a process whose database is the pair. */
let person: Api;
let cluster: string;
beforeAll(async () => {
  [service, cluster] = await Promise.all([TestService.start(), ReplicatedPostgres.prepare()]);
}, START_MS);
afterAll(async () => {
  await service.stop();
  await rm(cluster, { recursive: true });
});
beforeEach(async () => {
  postgres = await ReplicatedPostgres.start(cluster);
  const url = await service.startAnother({ DATABASE_URL: postgres.appUrl });
  person = service.person().at(url);
  expect((await person.view(FLOW)).status).toBe(200);
}, START_MS);
afterEach(async () => {
  await service.stopApps();
  await postgres.stop();
});

const complete = (step: string) => person.move({ step, action: 'complete' }, key(), FLOW);
/** Of the database, as soon as it answers again. */
async function firstAnswer(): Promise<any> {
  let answer: any;
  await eventually(async () => {
    answer = await person.view(FLOW);
    return answer.status === 200 && answer.body.source === 'database';
  });
  return answer;
}

it('O01: the first answer after a promotion has another lineage, though no checkpoint shows the new timeline', async () => {
  await complete('profile');
  const [{ before }] = (await postgres.onPrimary('SELECT pg_current_wal_lsn() AS before')) as [{ before: string }];
  await eventually(async () => {
    const [row] = await postgres.onStandby(`SELECT pg_last_wal_replay_lsn() >= '${before}' AS done`);
    return row?.['done'] === true;
  });
  await postgres.stopReplication();
  const { body: confirmed, headers } = await complete('first_project');
  expect(confirmed).toMatchObject({ applied: true, revision: 2 });
  const tag = headers.get('etag') as string;

  await postgres.killPrimary();
  await postgres.promote();
  postgres.moveAddress();
  const { body } = await firstAnswer();
  expect([body.revision, body.lineage === confirmed.lineage]).toEqual([1, false]);
  const move = { step: 'first_project', action: 'complete' };
  const onPremise = await person.move(move, { ...key(), 'if-match': tag }, FLOW);
  expect([onPremise.status, onPremise.body.code]).toEqual([412, 'revision_mismatch']);
  expect((await complete('first_project')).body).toMatchObject({ applied: true, revision: 2, lineage: body.lineage });
  expect((await person.view(FLOW, { 'if-none-match': tag })).status).toBe(200);
  expect((await person.manage('/health')).body.erasures).toMatchObject({ status: 'degraded' });
});

it('O01: a standby never answers as the database', async () => {
  const follower = await createApp(loadConfig({ ...service.env, DATABASE_URL: postgres.standbyAppUrl }));
  await follower.listen({ port: 0, host: '127.0.0.1' });
  const ready = await person.at(await follower.getUrl()).get('/health/ready');
  await follower.close();
  expect([ready.status, ready.body.detail]).toEqual([503, expect.stringMatching(/is a standby/)]);

  // The address leads to the standby before that is promoted.
  await postgres.stopReplication();
  postgres.moveAddress();
  await postgres.killPrimary();
  for (let asked = 0; asked < 10; asked += 1) {
    expect((await person.view(FLOW)).body.source).not.toBe('database');
  }
  await postgres.promote();
  expect((await firstAnswer()).body).toMatchObject({ source: 'database', degraded: false });
});

it('O01: a former primary that still runs loses its connections as soon as one leads to the new one', async () => {
  const before = (await person.view(FLOW)).body.lineage;
  const sessions = () => postgres.onPrimary(`SELECT pid FROM pg_stat_activity WHERE usename = 'foothold_app'`);
  await postgres.stopReplication();
  await postgres.promote();
  postgres.moveAddress();
  expect((await sessions()).length).toBeGreaterThan(1);
  // One is made again, as a pool does now and then; the others would go on for ever.
  await postgres.onPrimary(
    `SELECT pg_terminate_backend(min(pid)) FROM pg_stat_activity WHERE usename = 'foothold_app'`,
  );
  await eventually(async () => ![before, undefined].includes((await person.view(FLOW)).body.lineage));
  await eventually(async () => (await sessions()).length === 0);
  for (let asked = 0; asked < 10; asked += 1) {
    const { status, body } = await person.view(FLOW);
    expect([status, body.lineage === before]).toEqual([200, false]);
  }
});
