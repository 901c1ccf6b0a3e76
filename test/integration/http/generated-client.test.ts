import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { TestService } from '../../support/service.js';

const run = promisify(execFile);
const root = path.resolve(__dirname, '../../..');

/** What a front end writes that does not use the kit. It prints what each operation answered. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

declare const process: { readonly argv: readonly string[] };
type Schemas = components['schemas'];
type Reason = Schemas['TransitionRejectedProblem']['reason'];

const [, , baseUrl = '', token = ''] = process.argv;
const api = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } });
const flow = { path: { flow: 'workspace' } };
const said: Record<string, unknown> = {};

const { data: live } = await api.GET('/health/live');
said['live'] = live?.status;

const { data: me } = await api.GET('/v1/me');
const tenantId = me?.tenant?.id ?? '';
said['me'] = me?.tenant?.role;

const { data: list } = await api.GET('/v1/onboarding');
said['list'] = list?.items.map(({ flow }) => flow.key);

const { data: view } = await api.GET('/v1/onboarding/{flow}', { params: flow });
const first: Schemas['OnboardingView'] | undefined = view;
said['view'] = first?.currentStep;

const { data: moved } = await api.POST('/v1/onboarding/{flow}/transitions', {
  params: { ...flow, header: { 'Idempotency-Key': 'generated-client-1' } },
  body: { step: 'business_info', action: 'complete', data: { businessName: 'Ada & Co' } },
});
said['moved'] = [moved?.applied, moved?.revision];

const { error: refused } = await api.POST('/v1/onboarding/{flow}/transitions', {
  params: flow,
  body: { step: 'payment', action: 'complete' },
});
if (refused?.code === 'transition_rejected') {
  const reason: Reason = refused.reason;
  // @ts-expect-error there is no such reason
  const isWrong = refused.reason === 'step_forgotten';
  said['refused'] = [reason, refused.current.revision, refused.allowed.length > 0, isWrong];
}

const { error: stale } = await api.POST('/v1/onboarding/{flow}/transitions', {
  params: { ...flow, header: { 'If-Match': '"0"' } },
  body: { step: 'business_info', action: 'save', data: { country: 'DE' } },
});
if (stale?.code === 'revision_mismatch') said['stale'] = stale.current.currentStep;

const { error: invalid } = await api.POST('/v1/onboarding/{flow}/transitions', {
  params: flow,
  body: { step: 'business_info', action: 'save', data: { businessName: 7 } },
});
// @ts-expect-error only some problems have errors
void invalid?.errors;
if (invalid?.code === 'invalid_request') said['invalid'] = invalid.errors.map(({ path }) => path);

const { error: unknown } = await api.GET('/v1/onboarding/{flow}', { params: { path: { flow: 'none' } } });
said['unknown'] = unknown?.code === 'unknown_flow' ? unknown.status : unknown?.code;

const { data: history } = await api.GET('/v1/onboarding/{flow}/history', { params: flow });
said['history'] = history?.items.map(({ action, actorKind }) => [action, actorKind]);

const tenant = { path: { tenantId } };
const { data: members } = await api.GET('/v1/tenants/{tenantId}/members', { params: tenant });
said['members'] = members?.items.map(({ role }) => role);

const { data: invited } = await api.POST('/v1/tenants/{tenantId}/members', { params: tenant, body: { role: 'member' } });
said['invited'] = invited !== undefined;

const { data: audit } = await api.GET('/v1/tenants/{tenantId}/audit', { params: tenant });
said['audit'] = audit?.items.map(({ action }) => action);

console.log(JSON.stringify(said));
`;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    types: [],
  },
  files: ['client.ts'],
};

describe('a client that openapi-typescript makes', () => {
  let service: TestService;
  let folder: string;
  beforeAll(async () => {
    service = await TestService.start();
    const cache = path.join(root, 'node_modules/.cache');
    await mkdir(cache, { recursive: true });
    // Below the project, so that the program finds openapi-fetch.
    folder = await mkdtemp(path.join(cache, 'foothold-client-'));
  });
  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('compiles under strict, calls the service, and tells problems apart by their code', async () => {
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await writeFile(path.join(folder, 'client.ts'), PROGRAM);
    const generator = path.join(root, 'node_modules/openapi-typescript/bin/cli.js');
    await run(process.execPath, [generator, `${service.url}/openapi.json`, '-o', 'api.d.ts'], { cwd: folder });
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
    const errors = await run(process.execPath, [compiler, '-p', folder], { cwd: folder }).catch(
      ({ stdout }: { stdout: string }) => ({ stdout }),
    );
    expect(errors.stdout).toBe('');
    const { stdout } = await run(process.execPath, [
      path.join(folder, 'client.js'),
      service.url,
      service.person().token ?? '',
    ]);
    expect(JSON.parse(stdout)).toEqual({
      live: 'up',
      me: 'owner',
      list: ['workspace', 'member_tour'],
      view: 'business_info',
      moved: [true, 1],
      refused: ['attestation_required', 1, true, false],
      stale: 'subscription',
      invalid: ['/data/businessName'],
      unknown: 404,
      history: [['complete', 'member']],
      members: ['owner'],
      invited: true,
      audit: expect.arrayContaining(['member_invited']),
    });
  });
});
