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
const MEMBERS = 250;
const ENTRIES = 250;
const KB = 1024;
const BARS = { stranger: { cpuMs: 1, bytes: 8 * KB }, member: { cpuMs: 20, bytes: 64 * KB } } as const;
const FLOW = 'workspace';

let lab: TestService;
let meter: CostMeter;
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
  meter = await CostMeter.start(lab.env);
}, HOUR);
afterAll(async () => {
  await meter.stop();
  await lab.stop();
});

type Measured = Cost & { readonly name: string; readonly shape: string };

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
      measured.push({ name, shape, ...(await meter.costOf(make, TIMES)) });
    }
  }
  return measured.toSorted((a, b) => b.cpuMs - a.cpuMs);
}

function judge(measured: readonly Measured[], bar: { cpuMs: number; bytes: number }): void {
  const line = ({ cpuMs, bytes, status, name, shape }: Measured): string =>
    `${cpuMs.toFixed(2)} ms  ${bytes} B  ${status}  ${name}: ${shape}`;
  const bySize = measured.toSorted((a, b) => b.bytes - a.bytes).slice(0, 5);
  console.log(['The dearest:', ...measured.slice(0, 15).map(line), 'The largest:', ...bySize.map(line)].join('\n'));
  // An export is as long as what it exports; it is streamed, and few run at a time.
  const isExport = ({ name }: Measured): boolean => /\/(export|data)$/.test(name);
  const tooDear = measured.filter((cost) => cost.cpuMs > bar.cpuMs || (cost.bytes > bar.bytes && !isExport(cost)));
  expect(tooDear.map(line)).toEqual([]);
}

it(
  'A03: no request without a valid token costs the service more than 1 ms of CPU',
  async () => {
    const forged = `Bearer ${token.slice(0, -6)}AAAAAA`;
    for (const credential of [undefined, forged]) judge(await dearest(() => credential), BARS.stranger);
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
