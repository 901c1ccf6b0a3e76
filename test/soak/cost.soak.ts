import { ApiDocument } from '../attack/support/api-document.js';
import { seatCast, tokenOf } from '../attack/support/cast.js';
import type { Request } from '../attack/support/wire.js';
import { BuiltService } from '../support/built-service.js';
import { CostMeter, type Cost } from '../support/cost-meter.js';
import { dearRequests } from '../support/dear-requests.js';
import { lengthenHistory } from '../support/long-history.js';
import { newSubject, TestService } from '../support/service.js';
import { addMember } from '../support/tenants.js';

const HOUR = 3_600_000;
/** How often each shape is sent to find the dearest ones, and how often these are then measured. */
const FIRST_LOOK = 5;
const TIMES = 50;
const DEAREST = 2;
const ROUNDS = 8;
const MEMBERS = 250;
const ENTRIES = 250;
const KB = 1024;
/** How often each shape is sent before any is measured: a caller who sends many meets code that is compiled. */
const HEATING = 30;
/**
 * Node alone spends most of a millisecond on reading a large body or 1,200 headers, and more on a busy machine. A request
 * above the bar is compared with a bare server of Node that reads the same in the same run: so much more may be ours.
 */
const OWN_CPU_MS = 0.5;
const BARS = { stranger: { cpuMs: 1, bytes: 8 * KB }, member: { cpuMs: 20, bytes: 64 * KB } } as const;
const FLOW = 'workspace';

let lab: TestService;
let meter: CostMeter;
let bare: CostMeter;
let document: ApiDocument;
let values: Readonly<Record<string, unknown>>;
let token: string;

beforeAll(async () => {
  BuiltService.build();
  // On a smaller plan, requests that look into Auth0 wait, and the background's work in that time would count.
  lab = await TestService.start({ env: { AUTH0_RATE_PLAN: 'enterprise' } });
  document = await ApiDocument.of(lab.url);
  const cast = await seatCast(lab);
  const { tenantId, colleague: subject } = cast;
  for (let member = 0; member < MEMBERS; member += 1) await addMember(lab, tenantId, newSubject(), 'member');
  token = tokenOf(lab, cast, 'owner')!;
  values = { tenantId, subject, flow: FLOW };
  // A history whose entries are as large as the flow allows, and an audit log with the longest reasons.
  const owner = lab.person(cast.subjects.owner).inTenant(tenantId);
  const data = { businessName: '漢'.repeat(200), country: 'DE' };
  expect((await owner.move({ step: 'business_info', action: 'complete', data })).status).toBe(200);
  await lengthenHistory(lab, tenantId, ENTRIES);
  for (let change = 0; change < ENTRIES; change += 1) {
    const { status } = await owner.patch(`/v1/tenants/${tenantId}`, {
      name: `Acme ${change}`,
      reason: '漢'.repeat(500),
    });
    expect(status).toBe(200);
  }
  await lab.stopApps();
  [meter, bare] = [await CostMeter.start(lab.env), await CostMeter.startBare()];
}, HOUR);
afterAll(async () => {
  await Promise.all([meter.stop(), bare.stop()]);
  await lab.stop();
});

interface Measured extends Cost {
  readonly name: string;
  readonly shape: string;
  readonly make: (time: number) => Request;
  /** What a bare server spends on it, where that was measured. */
  readonly floorMs?: number;
}

/** The dearest requests of each route: a short look at every shape, and then a longer one at the dearest. */
async function dearest(callerOf: (time: number) => string | undefined): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const operation of document.operations.filter(({ isStream }) => !isStream)) {
    const shapes = dearRequests(document, operation, values);
    const looks = [];
    for (const { shape, request } of shapes) {
      const make = (time: number): Request => {
        const bearer = callerOf(time);
        return bearer ? { ...request, headers: [['Authorization', bearer], ...(request.headers ?? [])] } : request;
      };
      looks.push({ shape, make, ...(await meter.costOf(make, FIRST_LOOK, 2)) });
    }
    const { name } = operation;
    const largest = looks.toSorted((a, b) => b.bytes - a.bytes).slice(0, 1);
    for (const { shape, make } of [...looks.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, DEAREST), ...largest]) {
      measured.push({ name, shape, make, ...(await meter.costOf(make, TIMES)) });
    }
  }
  return measured.toSorted((a, b) => b.cpuMs - a.cpuMs);
}

function judge(measured: readonly Measured[], bar: { cpuMs: number; bytes: number }): void {
  const line = ({ cpuMs, floorMs, bytes, status, name, shape }: Measured): string => {
    const floor = floorMs === undefined ? '' : ` (Node alone: ${floorMs.toFixed(2)} ms)`;
    return `${cpuMs.toFixed(2)} ms${floor}  ${bytes} B  ${status}  ${name}: ${shape}`;
  };
  const bySize = measured.toSorted((a, b) => b.bytes - a.bytes).slice(0, 5);
  console.log(['The dearest:', ...measured.slice(0, 15).map(line), 'The largest:', ...bySize.map(line)].join('\n'));
  // An export is as long as what it exports; it is streamed, and few run at a time.
  const isExport = ({ name }: Measured): boolean => /\/(export|data)$/.test(name);
  const tooDear = measured.filter(
    (cost) =>
      cost.cpuMs > Math.max(bar.cpuMs, (cost.floorMs ?? 0) + OWN_CPU_MS) || (cost.bytes > bar.bytes && !isExport(cost)),
  );
  expect(tooDear.map(line)).toEqual([]);
}

/**
 * Measures what is above the bar again, by turns with what a bare server of Node spends on the same request. The least of
 * each counts: what else the machine does only adds.
 */
async function withFloors(measured: readonly Measured[], { cpuMs: bar }: { cpuMs: number }): Promise<Measured[]> {
  const compared: Measured[] = [];
  for (const cost of measured) {
    if (cost.cpuMs <= bar) {
      compared.push(cost);
      continue;
    }
    let [cpuMs, floorMs] = [cost.cpuMs, Infinity];
    for (let round = 0; round < ROUNDS && cpuMs > bar; round += 1) {
      floorMs = Math.min(floorMs, (await bare.costOf(cost.make, TIMES)).cpuMs);
      cpuMs = Math.min(cpuMs, (await meter.costOf(cost.make, TIMES)).cpuMs);
    }
    compared.push({ ...cost, cpuMs, floorMs });
  }
  return compared.toSorted((a, b) => b.cpuMs - a.cpuMs);
}

/** Neither server shall compile its code while it is measured. */
async function heat(): Promise<void> {
  const bulk = document.operations.find(({ path }) => path.endsWith('/bulk'))!;
  for (const { request } of dearRequests(document, bulk, values)) {
    for (const server of [meter, bare]) await server.costOf(() => request, HEATING);
  }
}

it(
  'A03: no request without a valid token costs the service more than 1 ms of CPU',
  async () => {
    const forged = `Bearer ${token.slice(0, -6)}AAAAAA`;
    await heat();
    for (const credential of [undefined, forged]) {
      judge(await withFloors(await dearest(() => credential), BARS.stranger), BARS.stranger);
    }
  },
  HOUR,
);

it(
  'A02: no request of a member or admin costs the service more than 20 ms of CPU, or 64 kB of answer',
  async () => {
    judge(await dearest(() => `Bearer ${token}`), BARS.member);
  },
  HOUR,
);
