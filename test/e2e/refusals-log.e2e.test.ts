import { Registry } from 'prom-client';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { appLoggingTo } from '../support/altered-app.js';
import { key, type Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';

/* ASVS V16.3: an operator who reads the log sees what was refused, and why. */

const lines: Record<string, unknown>[] = [];
let service: TestService;
let app: NestFastifyApplication;
beforeAll(async () => {
  service = await TestService.start({ create: async (config) => (app = await appLoggingTo(lines)(config)) });
});
afterAll(() => service.stop());

const lineOf = async (answer: { headers: Headers }): Promise<Record<string, unknown>> => {
  const requestId = answer.headers.get('x-request-id');
  const found = () => lines.find((line) => line['requestId'] === requestId && line['msg'] === 'request');
  await eventually(async () => found() !== undefined);
  return found()!;
};
const bearing = (claims: object): Api => service.person('auth0|ada', claims as Record<string, unknown>);

async function refusals(code: string): Promise<number> {
  const metric = await app.get(Registry).getSingleMetric('foothold_refusals_total')!.get();
  return metric.values.find(({ labels }) => labels['code'] === code)?.value ?? 0;
}

it.each([
  ['has expired', { exp: 1 }, /has expired/],
  ['is for another audience', { aud: 'https://other.example' }, /another audience/],
  ['lives too long', { exp: 4_000_000_000 }, /lives longer/],
  ['is of another issuer', { iss: 'https://evil.example/' }, /issuer/],
])('V16.3.1: a token that %s is in the log with the reason, without the token', async (_what, claims, reason) => {
  const before = await refusals('unauthenticated');
  const caller = bearing(claims);
  const answer = await caller.view('member_tour');
  expect(answer.status).toBe(401);
  const line = await lineOf(answer);
  expect(line).toMatchObject({ status: 401, code: 'unauthenticated', reason: expect.stringMatching(reason) });
  expect(JSON.stringify(line)).not.toContain(caller.token!.slice(-20));
  expect(JSON.stringify(line)).not.toContain('auth0|ada');
  expect(await refusals('unauthenticated')).toBe(before + 1);
});

it('V16.3.3: what rules and validation refuse is in the log with its code, and what is answered has none', async () => {
  const ada = service.person();
  const refused = await ada.move({ step: 'no_such_step', action: 'complete' }, key(), 'member_tour');
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(await lineOf(refused)).toMatchObject({ status: refused.status, code: refused.body.code });
  const foreign = await ada.get('/v1/tenants/11111111-1111-4111-8111-111111111111/members');
  expect(await lineOf(foreign)).toMatchObject({ status: 404, code: foreign.body.code });
  const answered = await lineOf(await ada.view('member_tour'));
  expect(Object.keys(answered)).not.toEqual(expect.arrayContaining(['code']));
  expect(answered['status']).toBe(200);
});
