import { setTimeout as sleep } from 'node:timers/promises';
import { Wire, type Request } from '../attack/support/wire.js';
import { BuiltService } from '../support/built-service.js';
import { TestService } from '../support/service.js';
import { tellBusiness } from '../support/workspace.js';

const MEMBERS = 12;
/** The default limit of a subject: 100 at once, 20 a second kept up. */
const BURST = 100;
const PER_SECOND = 20;
const PHASE_MS = 10_000;
const ROUNDS = 3;
const PAUSE_MS = 10;
const WORST_RATIO = 5;

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1]!;

it(
  'A02: twelve members who send the dearest requests at their full rate do not hold up another user’s reads',
  async () => {
    BuiltService.build();
    const lab = await TestService.start();
    const { RATE_LIMIT_BURST: _, ...env } = lab.env;
    const people = Array.from({ length: MEMBERS }, () => lab.person());
    const reader = lab.person();
    const tenants = await Promise.all([...people, reader].map(tellBusiness));
    await lab.stopApps();
    const service = await BuiltService.start({ ...env, RATE_LIMIT_BURST: String(BURST) });
    const wire = new Wire(service.url);
    const authorization = (token: string): [string, string] => ['Authorization', `Bearer ${token}`];
    const ask: Request = { method: 'get', path: '/v1/onboarding/workspace', headers: [authorization(reader.token!)] };
    const readsFor = async (ms: number): Promise<number[]> => {
      const times: number[] = [];
      for (const end = performance.now() + ms; performance.now() < end; await sleep(PAUSE_MS)) {
        const since = performance.now();
        const { status } = await wire.send(ask);
        // The reader has a limit, too, and is measured where it is answered.
        if (status === 200) times.push(performance.now() - since);
      }
      return times;
    };
    /** The dearest of test/soak/cost.soak.ts that every member may send: full of unknown fields, in a body and in step data. */
    const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_unused, index) => [`k${index}`, 1]));
    const dear = [
      { step: 'business_info', action: 'complete', ...fields },
      { step: 'business_info', action: 'save', data: fields },
    ].map((body) => JSON.stringify(body));
    const wires = people.map(() => new Wire(service.url));
    let answered = 0;
    const press = async (member: number, end: number): Promise<void> => {
      const headers = [authorization(people[member]!.token!), ['Content-Type', 'application/json']] as [
        string,
        string,
      ][];
      for (let time = 0; performance.now() < end; time += 1) {
        const path = '/v1/onboarding/workspace/transitions';
        const { status } = await wires[member]!.send({
          method: 'post',
          path,
          headers,
          body: dear[time % dear.length]!,
        });
        if (status !== 429) answered += 1;
        await sleep(1000 / PER_SECOND / 2);
      }
    };
    try {
      expect(new Set(tenants.map(({ tenantId }) => tenantId)).size).toBe(MEMBERS + 1);
      await readsFor(2_000);
      const idle: number[] = [];
      const pressed: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        idle.push(percentile(await readsFor(PHASE_MS), 0.99));
        const end = performance.now() + PHASE_MS;
        const pressing = people.map((_person, member) => press(member, end));
        pressed.push(percentile(await readsFor(PHASE_MS), 0.99));
        await Promise.all(pressing);
      }
      const rate = Math.round(answered / ((ROUNDS * PHASE_MS) / 1000));
      const told = (times: readonly number[]): string => times.map((ms) => ms.toFixed(1)).join(', ');
      console.log(`p99: ${told(idle)} ms idle, ${told(pressed)} ms meanwhile; ${rate} dear requests a second`);
      expect(percentile(pressed, 0.5)).toBeLessThanOrEqual(WORST_RATIO * percentile(idle, 0.5));
    } finally {
      for (const each of [wire, ...wires]) each.close();
      service.signal('SIGTERM');
      await service.ended();
      await lab.stop();
    }
  },
  10 * PHASE_MS,
);
