import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { isObject, ROLES, type FlowStatus, type Role, type StepStatus } from '../flow/index.js';
import type { MirrorContent, MirroredFlow } from './mirror-content.js';

/*
 * The form in which a mirror lies in Auth0: JSON that a person can read in the dashboard, in short names because five
 * tenants of five flows must fit into a profile and into a token.
 */

/** One flow: version, revision, status, steps in order, current step, and times in milliseconds since 1970. */
interface SealedFlow {
  readonly v: number;
  readonly r: number;
  readonly s: string;
  readonly p: string;
  readonly c: string | null;
  readonly t: readonly [started: number | null, updated: number, completed: number | null];
}

/** A mirror with its seal. Tenant and subject are where it is kept, and are sealed with it. */
export interface SealedMirror {
  readonly v: 1;
  /** Key id. */
  readonly k: string;
  readonly l: string;
  /** As of, in milliseconds since 1970. */
  readonly a: number;
  readonly role: Role;
  readonly org?: string;
  readonly f: Readonly<Record<string, SealedFlow>>;
  readonly seal: string;
}

const STEP_LETTERS: Readonly<Record<StepStatus, string>> = {
  pending: 'p',
  in_progress: 'i',
  completed: 'c',
  skipped: 's',
  not_applicable: 'n',
};
const STATUS_LETTERS: Readonly<Record<FlowStatus, string>> = { not_started: 'n', in_progress: 'i', completed: 'c' };

const inverse = <Word extends string>(letters: Readonly<Record<Word, string>>): ReadonlyMap<string, Word> =>
  new Map((Object.entries(letters) as [Word, string][]).map(([word, letter]) => [letter, word]));
const STEP_WORDS = inverse(STEP_LETTERS);
const STATUS_WORDS = inverse(STATUS_LETTERS);

interface SealKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Seals mirrors, and believes only what it sealed: HMAC-SHA256 over environment, tenant, subject, lineage, key id, time
 * and content. So a mirror that was edited, copied from another person, tenant or environment, or sealed with a key that
 * is no longer known is nothing at all.
 */
export class Seal {
  private readonly keys: readonly SealKey[];

  /** @param keys the one that seals, then those that are believed as well */
  constructor(
    private readonly environment: string,
    keys: readonly [KeyObject, ...KeyObject[]],
  ) {
    this.keys = keys.map((key) => ({ id: keyId(key), key }));
  }

  seal(content: MirrorContent): SealedMirror {
    const [{ id, key }] = this.keys as [SealKey];
    const unsealed = {
      v: 1 as const,
      k: id,
      l: content.lineage,
      a: content.asOf.getTime(),
      role: content.role,
      ...(content.organizationId !== undefined && { org: content.organizationId }),
      f: Object.fromEntries([...content.flows].map(([flow, mirrored]) => [flow, sealedFlow(mirrored)])),
    };
    return { ...unsealed, seal: this.mac(key, content.tenantId, content.subject, unsealed).toString('base64url') };
  }

  /** The content, if this value was sealed by us for this tenant and person; undefined for anything else at all. */
  open(value: unknown, tenantId: string, subject: string): MirrorContent | undefined {
    if (!isSealedMirror(value)) return undefined;
    const known = this.keys.find(({ id }) => id === value.k);
    if (!known) return undefined;
    const given = Buffer.from(value.seal, 'base64url');
    const expected = this.mac(known.key, tenantId, subject, value);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return {
      tenantId,
      subject,
      lineage: value.l,
      asOf: new Date(value.a),
      role: value.role,
      ...(value.org !== undefined && { organizationId: value.org }),
      flows: new Map(Object.entries(value.f).map(([flow, sealed]) => [flow, mirroredFlow(sealed)])),
    };
  }

  /** Over fields in a fixed order: a store may give objects back in another one. */
  private mac(key: KeyObject, tenantId: string, subject: string, mirror: Omit<SealedMirror, 'seal'>): Buffer {
    const flows = Object.entries(mirror.f)
      .map(([flow, { v, r, s, p, c, t }]) => [flow, v, r, s, p, c, ...t] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const { v, k, l, a, role, org = null } = mirror;
    const sealed = ['foothold mirror', v, this.environment, tenantId, subject, l, k, a, role, org, flows];
    return createHmac('sha256', key).update(JSON.stringify(sealed)).digest();
  }
}

/** Names a key without telling anything of it. */
const keyId = (key: KeyObject): string =>
  createHmac('sha256', key).update('foothold mirror key id').digest('base64url').slice(0, 8);

const timeOf = (date: Date | null): number | null => date && date.getTime();
const dateOf = (time: number | null): Date | null => (time === null ? null : new Date(time));

const sealedFlow = (flow: MirroredFlow): SealedFlow => ({
  v: flow.version,
  r: flow.revision,
  s: STATUS_LETTERS[flow.status],
  p: flow.steps.map((status) => STEP_LETTERS[status]).join(''),
  c: flow.currentStep,
  t: [timeOf(flow.startedAt), flow.updatedAt.getTime(), timeOf(flow.completedAt)],
});

const mirroredFlow = ({ v, r, s, p, c, t: [started, updated, completed] }: SealedFlow): MirroredFlow => ({
  version: v,
  revision: r,
  status: STATUS_WORDS.get(s) as FlowStatus,
  currentStep: c,
  steps: [...p].map((letter) => STEP_WORDS.get(letter) as StepStatus),
  startedAt: dateOf(started),
  updatedAt: new Date(updated),
  completedAt: dateOf(completed),
});

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTimeOrNull = (value: unknown): boolean => value === null || isCount(value);

function isSealedMirror(value: unknown): value is SealedMirror {
  if (!isObject(value) || value['v'] !== 1 || !isObject(value['f'])) return false;
  const { k, l, a, seal, role, org } = value;
  const hasHead = [k, l, seal].every(isText) && isCount(a) && ROLES.includes(role as Role);
  return hasHead && (org === undefined || isText(org)) && Object.values(value['f']).every(isSealedFlow);
}

function isSealedFlow(value: unknown): value is SealedFlow {
  if (!isObject(value)) return false;
  const { v, r, s, p, c, t } = value;
  return (
    isCount(v) &&
    isCount(r) &&
    isText(s) &&
    STATUS_WORDS.has(s) &&
    isText(p) &&
    [...p].every((letter) => STEP_WORDS.has(letter)) &&
    (c === null || isText(c)) &&
    Array.isArray(t) &&
    t.length === 3 &&
    isTimeOrNull(t[0]) &&
    isCount(t[1]) &&
    isTimeOrNull(t[2])
  );
}
