import { Spectral, type RulesetDefinition } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { REFUSAL_REASONS } from '../../../src/flow/index.js';
import { TestService } from '../../support/service.js';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema?: object }>> }>>;
  readonly security?: readonly object[];
}

interface Schema {
  readonly properties?: Readonly<Record<string, { readonly enum?: readonly unknown[] }>>;
}

/** Complete, but for its one operation that says nothing. */
const SILENT = {
  openapi: '3.0.0',
  info: { title: 'Silent', version: '1', license: { name: 'MIT', url: 'https://example.com/license' } },
  servers: [{ url: 'https://silent.example' }],
  paths: { '/silent': { get: { responses: {} } } },
};

describe('the OpenAPI document', () => {
  let service: TestService;
  let document: {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  beforeAll(async () => {
    service = await TestService.start();
    ({ body: document } = await service.anonymous().get('/openapi.json'));
  });
  afterAll(() => service.stop());

  const lint = async (subject: object): Promise<string[]> => {
    const spectral = new Spectral();
    // The packages' own types of a rule set do not fit each other.
    spectral.setRuleset({ extends: [oas as unknown as RulesetDefinition] });
    const findings = await spectral.run(subject as Record<string, unknown>);
    return findings.map(({ code, path, message }) => `${code} at ${path.join('.')}: ${message}`);
  };

  const lintByRedocly = (subject: object): string[] => {
    const script = path.join(__dirname, 'lint-by-redocly.mjs');
    const input = JSON.stringify(subject);
    return JSON.parse(execFileSync(process.execPath, [script], { input, encoding: 'utf8' })) as string[];
  };

  it('is clean under Spectral’s rules for OpenAPI', async () => {
    expect(await lint(document)).toEqual([]);
  });

  it('is clean under Redocly’s recommended rules', () => {
    expect(lintByRedocly(document)).toEqual([]);
  });

  it('would not be under Redocly’s rules, with an operation that says nothing', () => {
    expect(lintByRedocly(SILENT)).not.toEqual([]);
  });

  it('would not be, with an operation that says nothing', async () => {
    expect(await lint(SILENT)).not.toEqual([]);
  });

  const operations = (): Array<[string, Operation]> =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
    );

  it('has every route', () => {
    expect(
      operations()
        .map(([name]) => name)
        .toSorted(),
    ).toEqual([
      'delete /v1/tenants/{tenantId}/invitations/{invitationId}',
      'delete /v1/tenants/{tenantId}/members/{subject}',
      'delete /v1/tenants/{tenantId}/members/{subject}/data',
      'get /health/live',
      'get /health/ready',
      'get /v1/flows/{flow}/due-steps',
      'get /v1/flows/{flow}/funnel',
      'get /v1/jobs/dead-letters',
      'get /v1/me',
      'get /v1/onboarding',
      'get /v1/onboarding/{flow}',
      'get /v1/onboarding/{flow}/events',
      'get /v1/onboarding/{flow}/history',
      'get /v1/tenants',
      'get /v1/tenants/{tenantId}',
      'get /v1/tenants/{tenantId}/audit',
      'get /v1/tenants/{tenantId}/auth0-sync',
      'get /v1/tenants/{tenantId}/cases',
      'get /v1/tenants/{tenantId}/invitations',
      'get /v1/tenants/{tenantId}/members',
      'get /v1/tenants/{tenantId}/members/{subject}/data',
      'get /v1/tenants/{tenantId}/members/{subject}/data/receipt',
      'get /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}',
      'get /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}/people',
      'get /v1/tenants/{tenantId}/onboarding/{flow}/export',
      'get /v1/tenants/{tenantId}/onboarding/{flow}/funnel',
      'get /v1/tenants/{tenantId}/onboarding/{flow}/members',
      'get /v1/tenants/{tenantId}/onboarding/{flow}/members/{subject}',
      'patch /v1/tenants/{tenantId}',
      'patch /v1/tenants/{tenantId}/members/{subject}',
      'post /v1/client-reads',
      'post /v1/invitations/accept',
      'post /v1/jobs/dead-letters/{id}/retry',
      'post /v1/onboarding/{flow}/transitions',
      'post /v1/tenants',
      'post /v1/tenants/{tenantId}/auth0-sync/reconcile',
      'post /v1/tenants/{tenantId}/cases/{caseId}/resolve',
      'post /v1/tenants/{tenantId}/members',
      'post /v1/tenants/{tenantId}/onboarding/{flow}/attestations',
      'post /v1/tenants/{tenantId}/onboarding/{flow}/bulk',
      'post /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}/cancel',
      'post /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}/undo',
      'post /v1/tenants/{tenantId}/onboarding/{flow}/members/{subject}/restore',
      'post /v1/tenants/{tenantId}/onboarding/{flow}/members/{subject}/transitions',
      'post /v1/tenants/{tenantId}/onboarding/{flow}/restore',
    ]);
  });

  it('gives every answer with a body a schema', () => {
    const missing = operations().flatMap(([name, { responses }]) =>
      Object.entries(responses)
        .filter(([status, { content }]) => !['204', '304'].includes(status) && !Object.values(content ?? {})[0]?.schema)
        .map(([status]) => `${name} ${status}`),
    );
    expect(missing).toEqual([]);
  });

  it('tells of each guarded route how it is refused, and asks for a token', () => {
    for (const [name, { responses, security }] of operations()) {
      if (!name.includes('/v1/')) continue;
      expect([name, ...Object.keys(responses)]).toEqual(expect.arrayContaining(['401', '403', '429', '503']));
      expect([name, security]).toEqual([name, [{ auth0: [] }]]);
    }
  });

  it('asks for no token where the service asks for none', () => {
    const open = operations().filter(([name]) => !name.includes('/v1/'));
    expect(open.map(([name, { security }]) => [name, security])).toEqual([
      ['get /health/live', []],
      ['get /health/ready', []],
    ]);
  });

  it('has no schema named after a class', () => {
    expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Dto'))).toEqual([]);
  });

  it('tells the problems of a response apart by their code', () => {
    const { '409': conflict, '410': gone } =
      document.paths['/v1/onboarding/{flow}/transitions']?.['post']?.responses ?? {};
    const schemaPath = '#/components/schemas/';
    expect(conflict?.content?.['application/problem+json']?.schema).toEqual({
      oneOf: ['TenantRequired', 'ReconciliationRequired', 'TransitionRejected'].map((name) => ({
        $ref: `${schemaPath}${name}Problem`,
      })),
      discriminator: {
        propertyName: 'code',
        mapping: {
          tenant_required: `${schemaPath}TenantRequiredProblem`,
          reconciliation_required: `${schemaPath}ReconciliationRequiredProblem`,
          transition_rejected: `${schemaPath}TransitionRejectedProblem`,
        },
      },
    });
    expect(gone?.content?.['application/problem+json']?.schema).toEqual({ $ref: `${schemaPath}PersonErasedProblem` });
  });

  it('names every reason for which a transition is refused', () => {
    const { properties } = document.components.schemas['TransitionRejectedProblem'] ?? {};
    expect(properties?.['reason']?.enum).toEqual([...REFUSAL_REASONS]);
  });

  it('is shown at /docs', async () => {
    const { status, body } = await service.anonymous().get('/docs');
    expect([status, body]).toEqual([200, expect.stringContaining('swagger-ui')]);
  });
});
