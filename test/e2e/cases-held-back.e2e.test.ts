import { Client, type QueryConfig } from 'pg';
import { MirrorAccess } from '../../src/auth0-sync/mirror-access.js';
import { RateBudget } from '../../src/auth0-sync/rate-budget.js';
import type { SyncTiming } from '../../src/auth0-sync/sync-timing.js';
import { DUE_TENANTS } from '../../src/maintenance/mirror-backlog.js';
import { eventually } from '../support/eventually.js';
import { queueMirrors } from '../support/mirror-backlog.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { hurried, syncedApp } from '../support/synced-app.js';

const HOUR_MS = 3_600_000;
const LOOKS = 5;
/** The breaker opens with the first failure and stays open. Nothing is compared in the background. */
const TIMING: SyncTiming = {
  ...hurried(200),
  circuit: { failures: 1, firstMs: HOUR_MS, lastMs: HOUR_MS },
  check: { afterMs: HOUR_MS, idleMs: HOUR_MS, busyMs: HOUR_MS },
};

let lab: MirrorLab;
beforeEach(async () => {
  lab = await mirrorLab({ create: syncedApp(TIMING) });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await lab.close();
});

/** The looks for due mirrors that were sent to the database while the worker asked itself so many times whether to look. */
async function looksWhile(isHeldBack: jest.SpyInstance<boolean>): Promise<number> {
  const times = (): number => isHeldBack.mock.results.filter(({ value }) => value === true).length;
  await eventually(async () => times() > 0);
  const sent = jest.spyOn(Client.prototype, 'query');
  const before = times();
  await eventually(async () => times() >= before + LOOKS);
  return sent.mock.calls.filter(([query]) => (query as unknown as QueryConfig)?.text === DUE_TENANTS).length;
}

test.each([
  ['answers nothing', 'any', 503],
  ['answers no read, which the first mirror of a user needs', 'read_user', 503],
  ['lacks the scope to be read', 'read_user', 403],
] as const)('C17, P02: while Auth0 %s, no process looks for mirrors to send', async (_what, operation, status) => {
  const isOpen = jest.spyOn(MirrorAccess.prototype, 'isOpen');
  lab.service.standIn.faults.add({ operation, kind: 'server_error', status });
  const people = await queueMirrors(lab.service, 20);
  await lab.service.sql('UPDATE foothold.auth0_mirror SET lineage = NULL WHERE subject = ANY ($1)', [people]);
  expect(await looksWhile(isOpen)).toBe(0);
});

test('P02: while Auth0 says that its budget is spent, no process looks for mirrors to send, and then they go on', async () => {
  const isSpent = jest.spyOn(RateBudget.prototype, 'isSpent');
  lab.service.standIn.faults.add({ operation: 'write_user', kind: 'rate_limited', count: 1 });
  await queueMirrors(lab.service, 20);
  expect(await looksWhile(isSpent)).toBe(0);
  await lab.untilMirroredInTime();
});
