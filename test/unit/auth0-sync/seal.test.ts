import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { sameContent, type MirrorContent, type MirroredFlow } from '../../../src/auth0-sync/mirror-content.js';
import { mirrorKeys } from '../../../src/auth0-sync/mirror-key.js';
import { Seal } from '../../../src/auth0-sync/seal.js';
import { STEP_STATUSES, type StepStatus } from '../../../src/flow/index.js';

const TENANT = '0ac3e000-0000-4000-8000-000000000001';
const OTHER_TENANT = '910be800-0000-4000-8000-000000000002';
const SUBJECT = 'auth0|66f1a2b3c4d5e6f7a8b9c0d1';
const LINEAGE = '5f0e5a1c-8d0f-4a6e-9d53-1f2b3c4d5e6f';

const newKey = () => createSecretKey(randomBytes(32));

const flowOf = (steps: readonly StepStatus[], revision = 12): MirroredFlow => ({
  version: 1,
  revision,
  status: 'in_progress',
  currentStep: 'invite_teammates',
  steps,
  startedAt: new Date('2026-11-01T10:00:00.123Z'),
  updatedAt: new Date('2026-11-02T10:00:00.456Z'),
  completedAt: null,
});

const contentOf = (flows: ReadonlyMap<string, MirroredFlow>): MirrorContent => ({
  tenantId: TENANT,
  subject: SUBJECT,
  lineage: LINEAGE,
  asOf: new Date('2026-11-03T10:00:00.789Z'),
  role: 'owner',
  organizationId: 'org_abcdefghijklmnop',
  flows,
});

const content = contentOf(new Map([['workspace', flowOf(['completed', 'completed', 'pending', 'not_applicable'])]]));
const throughJson = (value: unknown): any => JSON.parse(JSON.stringify(value));

describe('the seal of a mirror', () => {
  const key = newKey();
  const seal = new Seal('production', [key]);

  it('gives back exactly what was sealed, whatever order a store keeps fields in', () => {
    const flows = fc.dictionary(
      fc.stringMatching(/^[a-z][a-z_]{0,30}$/),
      fc.record({ steps: fc.array(fc.constantFrom(...STEP_STATUSES), { maxLength: 20 }), revision: fc.nat() }),
      { maxKeys: 5 },
    );
    fc.assert(
      fc.property(flows, (given) => {
        const original = contentOf(
          new Map(Object.entries(given).map(([name, { steps, revision }]) => [name, flowOf(steps, revision)])),
        );
        const stored = throughJson(seal.seal(original));
        const reordered = Object.fromEntries(Object.entries(stored).toReversed());
        reordered['f'] = Object.fromEntries(Object.entries(stored.f).toReversed());
        const opened = seal.open(reordered, TENANT, SUBJECT);
        expect(opened && { ...opened, flows: Object.fromEntries(opened.flows) }).toEqual({
          ...original,
          flows: Object.fromEntries(original.flows),
        });
        expect(sameContent(opened as MirrorContent, original)).toBe(true);
      }),
    );
  });

  it('believes nothing that was changed anywhere', () => {
    const stored = seal.seal(content);
    const paths: string[][] = [];
    const walk = (value: unknown, path: string[]): void => {
      if (typeof value === 'object' && value !== null) {
        for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name]);
      } else paths.push(path);
    };
    walk(stored, []);
    expect(paths.length).toBeGreaterThan(12);
    for (const path of paths) {
      const edited = throughJson(stored);
      const last = path.at(-1) as string;
      const parent = path.slice(0, -1).reduce((object, name) => object[name], edited);
      parent[last] = typeof parent[last] === 'number' ? parent[last] + 1 : `${parent[last] ?? ''}c`;
      expect([path, seal.open(edited, TENANT, SUBJECT)]).toEqual([path, undefined]);
    }
  });

  it('is for one tenant, one person and one environment', () => {
    const stored = seal.seal(content);
    expect(seal.open(stored, OTHER_TENANT, SUBJECT)).toBeUndefined();
    expect(seal.open(stored, TENANT, 'auth0|somebody-else')).toBeUndefined();
    expect(new Seal('staging', [key]).open(stored, TENANT, SUBJECT)).toBeUndefined();
  });

  it('believes the previous key while it is configured, and no other', () => {
    const stored = seal.seal(content);
    const rotated = new Seal('production', [newKey(), key]);
    expect(rotated.open(stored, TENANT, SUBJECT)).toBeDefined();
    expect(rotated.seal(content).k).not.toBe(stored.k);
    expect(new Seal('production', [newKey()]).open(stored, TENANT, SUBJECT)).toBeUndefined();
  });

  it('takes anything at all without a throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(seal.open(value, TENANT, SUBJECT)).toBeUndefined();
      }),
    );
  });

  it('fits five flows of ten steps into a kilobyte', () => {
    const steps = Array.from({ length: 10 }, () => 'completed' as const);
    const flows = new Map(
      ['workspace', 'member_tour', 'security_setup', 'data_migration', 'team_onboarding'].map((name) => [
        name,
        { ...flowOf(steps, 1234), completedAt: new Date() },
      ]),
    );
    const bytes = Buffer.byteLength(JSON.stringify(seal.seal(contentOf(flows))));
    expect(bytes).toBeLessThanOrEqual(1024);
  });
});

describe('the key of a mirror', () => {
  const keys = mirrorKeys('production');

  it('is foothold_<environment>_<tenant without dashes>, and leads back to the tenant', () => {
    const key = keys.keyOf(TENANT);
    expect(key).toBe('foothold_production_0ac3e000000040008000000000000001');
    expect([...keys.mirrorsIn({ [key]: 1, plan: 2 })]).toEqual([[TENANT, 1]]);
  });

  it.each(['foothold_staging_0ac3e000000040008000000000000001', 'foothold_production_0ac3', 'plan', ''])(
    'is not "%s"',
    (other) => expect(keys.mirrorsIn({ [other]: 1 }).size).toBe(0),
  );
});
