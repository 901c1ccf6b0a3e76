import type { MediaTypeObject, SchemaObject } from '@nestjs/swagger';
import { REFUSAL_REASONS } from '../../flow/index.js';
import { exampleDetail, PROBLEMS, type ProblemCode } from '../problem-codes.js';

/*
 * One schema for each problem code, so that a generated client narrows a problem by its `code`. A code whose problems have
 * members of their own gets an entry in MEMBERS; every other code needs its entry in PROBLEMS only.
 */

type Schema = SchemaObject | { readonly $ref: string };

interface Members {
  readonly required?: Readonly<Record<string, Schema>>;
  readonly optional?: Readonly<Record<string, Schema>>;
}

const schemaPath = (name: string): string => `#/components/schemas/${name}`;
const ref = (name: string): Schema => ({ $ref: schemaPath(name) });
const listOf = (name: string, description: string): Schema => ({ type: 'array', items: ref(name), description });

const MEMBERS: Readonly<Partial<Record<ProblemCode, Members>>> = {
  invalid_request: { required: { errors: listOf('FieldError', 'Every fault that was found.') } },
  tenant_required: { required: { tenants: listOf('TenantSummary', 'Tenants that the request can name.') } },
  tenant_closed: {
    optional: { tenants: listOf('TenantSummary', 'Only from `GET /v1/me`: every tenant of the caller.') },
  },
  revision_mismatch: { required: { current: ref('OnboardingView') } },
  transition_rejected: {
    required: {
      reason: {
        type: 'string',
        enum: [...REFUSAL_REASONS],
        description: 'The rule that refuses the transition.',
        example: 'step_blocked',
      },
      current: ref('OnboardingView'),
      allowed: listOf('AllowedTransition', 'Transitions that this caller may make now.'),
    },
    optional: {
      missing: {
        type: 'array',
        items: { type: 'string' },
        description: 'Only with `step_blocked`: keys of the steps to complete first.',
        example: ['business_info'],
      },
    },
  },
};

/** Forms of a problem that only some operations answer. */
const VARIANTS = {
  /** An attestation belongs to a trusted system, so there is no view of a person to show. */
  unknown_attested_step: {
    code: 'transition_rejected',
    example: 'The flow workspace has no step "pay". Its steps are: business_info, subscription, payment, setup.',
    members: {
      required: { reason: { type: 'string', enum: ['unknown_step'], description: 'The rule that refuses it.' } },
    },
  },
} satisfies Record<string, Form>;

const FIELD_ERROR: SchemaObject = {
  type: 'object',
  required: ['path', 'message'],
  properties: {
    path: {
      type: 'string',
      description: 'JSON Pointer into the body (empty for the whole body), or the name of a header or parameter.',
      example: '/reason',
    },
    message: { type: 'string', description: 'The fault.', example: 'reason must not be blank' },
  },
};

const PROBLEM_TYPE = 'application/problem+json';
const REQUEST_ID = '5f0c8f0e-6d0b-4a53-9d5e-0c1f3b8a7e21';

/** What an operation answers: a problem code, or a variant of one. */
export type ProblemForm = ProblemCode | keyof typeof VARIANTS;

interface Form {
  readonly code: ProblemCode;
  /** An example of its `detail`. */
  readonly example: string;
  readonly members: Members;
}

function formOf(form: ProblemForm): Form {
  if (form in VARIANTS) return VARIANTS[form as keyof typeof VARIANTS];
  const code = form as ProblemCode;
  return { code, example: exampleDetail(code), members: MEMBERS[code] ?? {} };
}

export const problemStatus = (form: ProblemForm): number => PROBLEMS[formOf(form).code].status;

/** `code`: title, in Markdown. */
export const problemLine = (form: ProblemForm): string => {
  const { code } = formOf(form);
  return `\`${code}\`: ${PROBLEMS[code].title}.`;
};

/** `last_owner` → `LastOwnerProblem`. */
const schemaName = (form: string): string =>
  `${form.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}Problem`;

/** The content of a response that is one of these problems; `code` tells them apart. */
export function problemContent(forms: readonly ProblemForm[]): Record<string, MediaTypeObject> {
  const named = forms.map((form) => ({ code: formOf(form).code, name: schemaName(form) }));
  const schemas = named.map(({ name }) => ref(name));
  const mapping = Object.fromEntries(named.map(({ code, name }) => [code, schemaPath(name)]));
  const schema = schemas.length > 1 ? { oneOf: schemas, discriminator: { propertyName: 'code', mapping } } : schemas[0];
  const examples = Object.fromEntries(named.map(({ code, name }) => [code, { $ref: `#/components/examples/${name}` }]));
  return { [PROBLEM_TYPE]: { ...(schema && { schema }), examples } };
}

/** The schemas of all problems, by name. */
export function problemSchemas(): Record<string, SchemaObject> {
  const forms = [...Object.keys(PROBLEMS), ...Object.keys(VARIANTS)] as ProblemForm[];
  const schemas = forms.map((form) => [schemaName(form), schemaOf(formOf(form))] as const);
  return { FieldError: FIELD_ERROR, ...Object.fromEntries(schemas) };
}

function schemaOf({ code, example, members: { required = {}, optional = {} } }: Form): SchemaObject {
  const { status, title } = PROBLEMS[code];
  const always: Record<string, Schema> = {
    type: { type: 'string', enum: [`urn:foothold:problem:${code}`] },
    title: { type: 'string', description: 'The same for every problem with this code.', example: title },
    status: { type: 'integer', enum: [status] },
    code: { type: 'string', enum: [code] },
    detail: { type: 'string', description: 'What was wrong, and what to do.', example },
    instance: { type: 'string', description: 'Path of the request.', example: '/v1/onboarding/workspace' },
    requestId: { type: 'string', description: 'Identifies the request in the log.', example: REQUEST_ID },
    ...required,
  };
  const properties = { ...always, ...optional };
  return { type: 'object', description: `${title}.`, required: Object.keys(always), properties };
}
