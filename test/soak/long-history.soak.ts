import { BuiltService } from '../support/built-service.js';
import { eventually } from '../support/eventually.js';
import type { Api } from '../support/api.js';
import { saveAgainAndAgain } from '../support/long-history.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { tracesOf } from '../support/traces.js';
import { verified } from '../support/verified.js';

const ENTRIES = 100_000;
const WORD = 'a-word-that-the-member-typed';
/** The export is larger than this: a process that gathered it would end for lack of memory. */
const HEAP_MB = 96;
const LONGEST_MS = 600_000;

let service: TestService;
let built: BuiltService;
let owner: Api;
let member: Api;
let neighbour: Api;
let tenantId: string;
let neighbourTenantId: string;

const environment = () => ({ ...service.env, NODE_ENV: 'test', NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });

beforeAll(async () => {
  BuiltService.build();
  service = await TestService.start();
  built = await BuiltService.start(environment());
  [owner, member, neighbour] = [service.person(), service.person(), service.person()].map((api) =>
    api.at(built.url),
  ) as [Api, Api, Api];
  tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [member.subject]: 'member' } });
  neighbourTenantId = await createTenant(service, { members: { [neighbour.subject]: 'owner' } });
  const data = { displayName: WORD, jobTitle: 'x'.repeat(600) };
  await saveAgainAndAgain(service, { tenantId, subject: member.subject, entries: ENTRIES, data });
}, LONGEST_MS);
afterAll(async () => {
  built.signal('SIGTERM');
  await built.ended();
  await service.stop();
});

const dataOf = () => `/v1/tenants/${tenantId}/members/${encodeURIComponent(member.subject)}/data`;

/** Requests of another tenant's admin, one after the other, while `condition` holds; at least 100. */
async function neighbours(isOver: () => boolean): Promise<{ asked: number; failed: number; slowestMs: number }> {
  const counts = { asked: 0, failed: 0, slowestMs: 0 };
  while (counts.asked < 100 || !isOver()) {
    const startedAt = performance.now();
    const { status } = await neighbour.get(`/v1/tenants/${neighbourTenantId}/members`);
    counts.asked += 1;
    counts.failed += Number(status !== 200);
    counts.slowestMs = Math.max(counts.slowestMs, performance.now() - startedAt);
  }
  return counts;
}

it(
  `A04: a member with ${ENTRIES} entries is exported in constant memory, and erased while other tenants work on`,
  async () => {
    // Once for caches and for the compiler.
    await neighbour.get(`/v1/tenants/${neighbourTenantId}/members`);
    let bytes = 0;
    let isExported = false;
    const others = neighbours(() => isExported);
    const response = await fetch(`${built.url}${dataOf()}`, { headers: { authorization: `Bearer ${owner.token}` } });
    for await (const chunk of response.body!) bytes += (chunk as Uint8Array).byteLength;
    isExported = true;
    const whileExporting = await others;
    expect(whileExporting.failed).toBe(0);

    const startedAt = performance.now();
    let isErased = false;
    const erasing = neighbours(() => isErased);
    const first = await owner.delete(dataOf());
    expect([first.status, first.body.receipt.levels.database]).toEqual([202, 'pending']);
    built.signal('SIGKILL');
    await built.ended();
    isErased = true;
    await erasing.catch(() => undefined);

    built = await BuiltService.start(environment());
    [owner, neighbour] = [owner.at(built.url), neighbour.at(built.url)];
    isErased = false;
    const whileErasing = neighbours(() => isErased);
    const place = `${dataOf()}/receipt`;
    await eventually(async () => (await owner.get(place)).body.receipt.levels.database === 'erased', LONGEST_MS);
    isErased = true;
    const erasedAfterMs = performance.now() - startedAt;
    const during = await whileErasing;
    console.log({ bytes, whileExporting, erasedAfterMs, during });
    expect(during.failed).toBe(0);
    expect(bytes).toBeGreaterThan(HEAP_MB * 1024 * 1024);
    await eventually(async () => (await owner.get(place)).body.receipt.levels.auth0 === 'erased');
    expect(await tracesOf(service, [member.subject, WORD])).toEqual([]);
    expect((await verified(service.database.appUrl)).findings).toEqual([]);
  },
  LONGEST_MS,
);
