import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ActionResult, ClientEvent } from '../../../client/kit/src/core/index.js';
import type { Api } from '../../support/api.js';
import { eventually } from '../../support/eventually.js';
import { answered, KitLab, shown } from './kit-lab.js';
import { KeptStorage, tour, type NodeTab } from './node-tab.js';

/** `TWO_DEVICES_RUNS=500 npx jest test/integration/kit/cases-two-devices.test.ts` looks longer. */
const RUNS = Number(process.env['TWO_DEVICES_RUNS'] ?? 12);

const FIELDS = { profile: 'displayName', first_project: 'projectName' } as const;
type Step = keyof typeof FIELDS;

interface Typed {
  readonly action: 'complete' | 'save';
  readonly device: Device;
  readonly step: Step;
  readonly value: string;
  result?: ActionResult;
}

class Device {
  isOnline = true;
  readonly conflicts: Array<Extract<ClientEvent, { type: 'conflict' }>> = [];
  readonly tab: NodeTab;

  constructor(lab: KitLab, person: Api) {
    const send: typeof fetch = (url, init) =>
      this.isOnline ? fetch(url, init) : Promise.reject(new TypeError('Failed to fetch'));
    this.tab = lab.tab(person, {
      storage: new KeptStorage(),
      environment: { fetch: (url, init) => send(url, init) },
    });
    this.tab.client.onEvent((event) => event.type === 'conflict' && this.conflicts.push(event));
  }
}

const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('type' as const),
      device: fc.nat({ max: 1 }),
      step: fc.constantFrom<Step>('profile', 'profile', 'first_project'),
      action: fc.constantFrom('complete' as const, 'complete' as const, 'save' as const),
      isAwaited: fc.boolean(),
      /** Now and then both type the same. */ isCommon: fc.nat({ max: 4 }).map((n) => n === 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('network' as const), device: fc.nat({ max: 1 }) }) },
);

let lab: KitLab;
beforeAll(async () => {
  lab = await KitLab.open();
});
afterEach(() => lab.reset());
afterAll(() => lab.close());

/** Every value that the person's history says was stored, by step and value. */
async function storedValues(person: Api): Promise<Set<string>> {
  const { items } = (await person.history('?limit=200', 'member_tour')).body;
  return new Set(
    items.flatMap(({ effects }: any) =>
      effects.flatMap((effect: any) =>
        effect.kind === 'data' ? Object.values(effect.merge).map((value) => `${effect.step}: ${String(value)}`) : [],
      ),
    ),
  );
}

it('C01: every value typed on two devices is stored, or reported as not stored with the current view', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 10 }), async (events) => {
      const person = lab.service.person();
      const devices = [new Device(lab, person), new Device(lab, person)];
      await Promise.all(devices.map(({ tab }) => answered(tab)));
      const typed: Typed[] = [];
      for (const [n, happens] of events.entries()) {
        const device = devices[happens.device]!;
        if (happens.kind === 'network') {
          device.isOnline = !device.isOnline;
          continue;
        }
        const { step, action, isAwaited, isCommon } = happens;
        const click: Typed = { device, action, step, value: isCommon ? 'common' : `value ${n}` };
        typed.push(click);
        const result = device.tab.client.act(tour, action, step, { [FIELDS[step]]: click.value });
        void result.then((told) => (click.result = told));
        if (isAwaited) await result;
      }

      for (const device of devices) device.isOnline = true;
      await eventually(async () => {
        await Promise.all(devices.map(({ tab }) => tab.client.flush()));
        return devices.every(({ tab }) => shown(tab).pendingWrites === 0);
      });
      await Promise.all(devices.map(({ tab }) => tab.client.fetchView(tour)));
      const stored = await storedValues(person);
      const view = (await person.view('member_tour')).body;

      for (const [index, { device, action, step, value, result }] of typed.entries()) {
        const isStored = stored.has(`${step}: ${value}`);
        const isThis = (operation: { step: string; data?: unknown }): boolean =>
          operation.step === step && JSON.stringify(operation.data) === JSON.stringify({ [FIELDS[step]]: value });
        const isListed = shown(device.tab).rejected.some(isThis);
        const conflict = device.conflicts.find(({ operation }) => isThis(operation));
        const name = `${step}: ${value}`;
        // The kit merges saves that wait one behind the other: the user typed over this value before it was sent.
        const next = typed.slice(index + 1).find((later) => later.device === device);
        if (action === 'save' && next?.action === 'save' && next.step === step) continue;
        assert.ok(isStored || isListed, `${name} was dropped, told ${JSON.stringify(result)}`);
        if (value !== 'common') assert.ok(!(isStored && isListed), `${name} was stored and reported as not stored`);
        if (result?.status === 'confirmed') assert.ok(isStored, `${name} was reported as stored`);
        if (isListed)
          assert.equal(conflict?.view.subject, person.subject, `${name} was refused without the current view`);
      }
      for (const { tab } of devices) {
        assert.deepEqual(
          shown(tab).steps.map(({ key, status, data }) => ({ key, status, data })),
          view.steps.map(({ key, status, data }: any) => ({ key, status, data })),
        );
      }
      lab.reset();
    }),
    { numRuns: RUNS },
  );
});

it('C01: a second click with other data, while the first one waits, has a fate of its own', async () => {
  const person = lab.service.person();
  const device = new Device(lab, person);
  const { client } = device.tab;
  await answered(device.tab);
  device.isOnline = false;
  const queued = await Promise.all(
    ['', 'Ada', 'Ada', 'Grace'].map((displayName) => client.act(tour, 'complete', 'profile', { displayName })),
  );
  expect(queued).toEqual(Array(4).fill({ status: 'queued' }));
  // Clicked twice is sent once.
  expect(shown(device.tab).pendingWrites).toBe(3);

  device.isOnline = true;
  await client.flush();
  const { rejected, pendingWrites, steps } = shown(device.tab);
  expect(pendingWrites).toBe(0);
  expect(rejected).toMatchObject([
    { code: 'invalid_request', data: { displayName: '' } },
    { code: 'step_resolved', data: { displayName: 'Grace' } },
  ]);
  expect(rejected[1]?.detail).toContain('"save"');
  expect(device.conflicts).toMatchObject([{ operation: { code: 'step_resolved' }, view: { revision: 1 } }]);
  expect(steps[0]).toMatchObject({ status: 'completed', data: { displayName: 'Ada' }, isPending: false });
});

it('C01: what another device answered first is shown beside the refusal, never "saved"', async () => {
  const person = lab.service.person();
  const device = new Device(lab, person);
  await answered(device.tab);
  await person.move({ step: 'profile', action: 'complete', data: { displayName: 'Ada' } }, {}, 'member_tour');
  const result = await device.tab.client.act(tour, 'complete', 'profile', { displayName: 'Grace' });
  expect(result).toEqual({ status: 'rejected', code: 'step_resolved' });
  // And also once the device knows.
  expect(await device.tab.client.act(tour, 'complete', 'profile', { displayName: 'Alan' })).toEqual(result);
  expect(shown(device.tab).rejected.map(({ data }) => data?.['displayName'])).toEqual(['Grace', 'Alan']);
  expect(shown(device.tab).steps[0]?.data).toEqual({ displayName: 'Ada' });
});
