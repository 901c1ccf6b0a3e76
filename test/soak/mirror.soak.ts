import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../support/api.js';
import { BuiltService } from '../support/built-service.js';
import { FAULT_MATRIX, liveThrough } from '../support/fault-matrix.js';
import { FIVE_STEPS } from '../support/five-steps.js';
import { drainOf, queueMirrors } from '../support/mirror-backlog.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { mirrorFaults } from '../support/mirror-truth.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { verified } from '../support/verified.js';
import { tellBusiness } from '../support/workspace.js';
import { managementUrlOf } from '../support/management.js';

const LONG_MS = 1_200_000;
const MINUTE_MS = 60_000;

/** A thousand people take five steps within a minute, each at a process of their own. */
async function coalesce(lab: MirrorLab, urls: readonly string[], halfway?: () => Promise<void>): Promise<void> {
  const { standIn } = lab.service;
  const people = Array.from({ length: 1_000 }, (_, index) => lab.person().at(urls[index % urls.length] as string));
  const moving: { url: string } = { url: urls[0] as string };
  const begun = Date.now();
  let halved: Promise<void> | undefined;
  for (const [index, step] of FIVE_STEPS.entries()) {
    for (let first = 0; first < people.length; first += 50) {
      const some = people.slice(first, first + 50);
      await Promise.all(some.map((person) => insist(person, step, moving.url)));
    }
    if (index === 2) halved ??= halfway?.();
    await sleep(Math.max(0, begun + ((index + 1) * MINUTE_MS) / FIVE_STEPS.length - Date.now()));
  }
  await halved;
  await lab.untilMirroredInTime(LONG_MS);
  const writes = standIn.requests.list('write_user');
  const counts = new Map<string, number>();
  for (const { userId = '' } of writes) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  const most = Math.max(...counts.values());
  console.log(`1,000 × 5 steps, ${urls.length} processes: ${writes.length} PATCHes, at most ${most} for one member`);
  expect(writes.length).toBeLessThanOrEqual(2_000);
  expect(most).toBeLessThanOrEqual(3);
  expect(drainOf(lab.service).refused).toBe(0);
  expect(await mirrorFaults(lab.service)).toEqual([]);
}

/** At another process when one's own was killed. */
async function insist(
  person: Api,
  step: (person: Api) => Promise<{ status: number }>,
  otherUrl: string,
): Promise<void> {
  const answer = await step(person).catch(() => step(person.at(otherUrl)));
  if (answer.status !== 200) throw new Error(`A step was answered with ${answer.status}`);
}

describe('mirrors at length', () => {
  beforeAll(() => BuiltService.build(), 120_000);

  it(
    'coalesces a thousand people’s five steps',
    async () => {
      const lab = await mirrorLab();
      await coalesce(lab, [lab.service.url]).finally(() => lab.close());
    },
    LONG_MS,
  );

  it(
    'coalesces them through three processes, one of which is killed in the middle',
    async () => {
      const lab = await mirrorLab();
      const victims: BuiltService[] = [];
      try {
        for (let count = 0; count < 2; count += 1) victims.push(await BuiltService.start(lab.service.env));
        await coalesce(lab, [lab.service.url, ...victims.map(({ url }) => url)], async () => {
          victims[0]?.signal('SIGKILL');
        });
      } finally {
        for (const victim of victims) victim.signal('SIGTERM');
        await Promise.all(victims.map((victim) => victim.ended()));
        await lab.close();
      }
    },
    LONG_MS,
  );

  it.each([1, 3])(
    'drains 600 mirrors as fast as plan free allows, with %i processes',
    async (processes) => {
      const lab = await mirrorLab({ env: { AUTH0_RATE_PLAN: 'free' } });
      try {
        for (let count = 1; count < processes; count += 1) await lab.service.startAnother();
        await queueMirrors(lab.service, 600);
        await lab.untilMirroredInTime(LONG_MS);
        const { sent, refused, seconds } = drainOf(lab.service);
        console.log(`plan free, ${processes} processes: ${sent} sent in ${seconds} s, ${refused} refused`);
        expect(sent).toBe(600);
        expect(refused).toBeLessThanOrEqual(6);
        expect(seconds).toBeLessThanOrEqual((1.1 * 598) / 2);
      } finally {
        await lab.close();
      }
    },
    LONG_MS,
  );

  it(
    'lives through every fault with three processes',
    async () => {
      const lab = await mirrorLab({ create: syncedApp(hurried(200)) });
      try {
        const urls = [lab.service.url, await lab.service.startAnother(), await lab.service.startAnother()];
        for (const fault of FAULT_MATRIX) {
          const report = await liveThrough(lab, fault, urls, 3);
          expect({ ...fault, ...report }).toEqual({ ...fault, wrongAnswers: [], wrongMirrors: [] });
        }
      } finally {
        await lab.close();
      }
    },
    LONG_MS,
  );

  it(
    'keeps its memory flat over 10,000 queued mirrors',
    async () => {
      const lab = await mirrorLab();
      const victim = await BuiltService.start({ ...lab.service.env, DATABASE_URL: lab.service.database.appUrl });
      try {
        await lab.service.stopApps();
        const heap = async (): Promise<number> => {
          const text = await (await fetch(`${managementUrlOf(victim.url)}/metrics`)).text();
          return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]) / 2 ** 20;
        };
        lab.service.standIn.faults.add({ operation: 'write_user', kind: 'hang' });
        const before = await heap();
        await queueMirrors(lab.service, 10_000);
        const seen: number[] = [];
        for (let look = 0; look < 12; look += 1) {
          await sleep(5_000);
          seen.push(await heap());
        }
        console.log(
          `10,000 queued mirrors: ${before.toFixed()} MB before, then ${seen.map((mb) => mb.toFixed()).join(' ')}`,
        );
        expect(Math.max(...seen) - before).toBeLessThan(40);
      } finally {
        victim.signal('SIGTERM');
        await victim.ended();
        await lab.close();
      }
    },
    LONG_MS,
  );

  it(
    'agrees everywhere after ten minutes without Auth0 and without the database in turn, a tenth as long here',
    async () => {
      const lab = await mirrorLab({ create: syncedApp(hurried(10)) });
      const stage = { over: false };
      try {
        const people = Array.from({ length: 20 }, () => lab.person());
        await Promise.all(people.map((person) => tellBusiness(person)));
        const working = people.map(async (person, index) => {
          for (let count = 0; !stage.over; count += 1) {
            const data = { businessName: `Acme ${index} ${count}` };
            await person.move({ step: 'business_info', action: 'save', data }).catch(() => undefined);
            const { status } = await person.view();
            if (status !== 200 && status !== 503) throw new Error(`A read was answered with ${status}`);
            await sleep(100 + Math.random() * 400);
          }
        });
        for (let turn = 0; turn < 3; turn += 1) {
          lab.service.standIn.faults.add({ operation: 'any', kind: turn === 1 ? 'reset' : 'server_error' });
          await sleep(MINUTE_MS / 6);
          lab.service.standIn.faults.clear();
          await lab.databaseDown();
          await sleep(MINUTE_MS / 6);
          await lab.databaseUp();
        }
        stage.over = true;
        await Promise.all(working);
        await lab.untilMirroredInTime(LONG_MS);
        expect(await mirrorFaults(lab.service)).toEqual([]);
        expect((await verified(lab.service.database.appUrl)).findings).toEqual([]);
      } finally {
        stage.over = true;
        await lab.close();
      }
    },
    LONG_MS,
  );
});
