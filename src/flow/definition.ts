import { fieldsOf, type Condition } from './condition.js';

/** A tenant step is done once for the whole tenant; a member step by each person. */
export type StepScope = 'tenant' | 'member';
export const ROLES = ['owner', 'admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

/** JSON Schema (draft-07 vocabulary) of a step's data. Fields are listed, so that conditions on them can be checked. */
export interface DataSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** Only a trusted system completes such a step, and only for the values that these fields had. */
export interface Attested {
  /** Names of the senders that may attest the step, as the setting ATTESTERS defines them. Default: every sender. */
  readonly by?: readonly string[];
  readonly binds?: ReadonlyArray<{
    readonly step: string;
    readonly fields: readonly string[];
  }>;
}

export interface StepDefinition {
  /** Canonical key, snake_case. */
  readonly key: string;
  /** Other spellings that callers may send. Case and `-` are normalised anyway. */
  readonly aliases?: readonly string[];
  readonly scope: StepScope;
  readonly title: string;
  readonly description?: string;
  /** Steps that must be done (or not applicable) before this one. */
  readonly requires?: readonly string[];
  /** May be skipped. Default false. */
  readonly optional?: boolean;
  /** The person may set it back to pending. Default false. */
  readonly reopenable?: boolean;
  /** Who may move it. Default: owner and admin for tenant steps, everyone for member steps. */
  readonly roles?: readonly Role[];
  /** The step counts only while this holds. Default: always. */
  readonly appliesWhen?: Condition;
  readonly attested?: Attested;
  /** Default: the step takes no data. */
  readonly data?: DataSchema;
}

/** A versioned definition of onboarding. A change of meaning is a new version. */
export interface FlowDefinition {
  readonly key: string;
  /** Whole number from 1. */
  readonly version: number;
  readonly title: string;
  readonly steps: readonly StepDefinition[];
}

const DEFAULT_ROLES: Readonly<Record<StepScope, readonly Role[]>> = {
  tenant: ['owner', 'admin'],
  member: ROLES,
};

export const rolesOf = (step: StepDefinition): readonly Role[] => step.roles ?? DEFAULT_ROLES[step.scope];

/** The steps that must be judged before this one: what it requires, tests, or binds. */
export const waitsFor = ({ requires = [], appliesWhen, attested }: StepDefinition): string[] => [
  ...requires,
  ...(appliesWhen ? fieldsOf(appliesWhen).map(({ step }) => step) : []),
  ...(attested?.binds ?? []).map(({ step }) => step),
];

/** Fields of steps' data that conditions read or attestations are bound to, by step: no rule depends on any other. */
export function judgedFields({ steps }: FlowDefinition): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  const add = (step: string, field: string): void => void fields.set(step, (fields.get(step) ?? new Set()).add(field));
  for (const { appliesWhen, attested } of steps) {
    for (const { step, field } of appliesWhen ? fieldsOf(appliesWhen) : []) add(step, field);
    for (const bind of attested?.binds ?? []) for (const field of bind.fields) add(bind.step, field);
  }
  return fields;
}

/** `business-info`, `BUSINESS_INFO`, `BusinessInfo` → `business_info`. */
export const normaliseKey = (key: string): string =>
  key
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[-\s]+/g, '_')
    .toLowerCase();
