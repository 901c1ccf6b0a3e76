import {
  flowOf,
  type Condition,
  type DataSchema,
  type Flow,
  type Role,
  type StepScope,
} from '../../../../src/flow/index.js';

/** One step of a flow, as in the service's definition of it. What is left out has the service's default. */
export interface StepOptions<StepKey extends string = string> {
  /** Shown until the service has answered; then the service's title is. Default: the step's key. */
  readonly title?: string;
  /** `tenant`: done once for the whole tenant. `member`: by each person. Default `member`. */
  readonly scope?: StepScope;
  /** Steps that must be done (or not applicable) before this one. */
  readonly requires?: readonly StepKey[];
  /** May be skipped. Default false. */
  readonly optional?: boolean;
  /** The person may set it back to pending. Default false. */
  readonly reopenable?: boolean;
  /** Who may move it. Default: owner and admin for tenant steps, everyone for member steps. */
  readonly roles?: readonly Role[];
  /** The step counts only while this holds. Default: always. */
  readonly appliesWhen?: Condition;
  /** Only a trusted system completes it, for the values that these fields have. */
  readonly attested?: {
    readonly binds?: ReadonlyArray<{ readonly step: StepKey; readonly fields: readonly string[] }>;
  };
  /** JSON Schema of the step's data. The service checks data; here it only says that the step takes some. */
  readonly data?: DataSchema;
}

export interface FlowOptions<StepKey extends string> {
  /** The flow's key in the service. */
  readonly key: string;
  /** The version of the definition. While the service runs another one, clicks are shown as pending, not predicted. */
  readonly version: number;
  /** Default: the key. */
  readonly title?: string;
  /** The steps by key, in order. */
  readonly steps: Readonly<Record<StepKey, StepOptions<NoInfer<StepKey>>>>;
}

/** A flow whose step keys the compiler knows. Make it once, at module level, with `defineFlow`. */
export interface OnboardingFlow<StepKey extends string = string> {
  readonly key: string;
  readonly version: number;
  readonly stepKeys: readonly StepKey[];
  /** The rules, as the service has them. */
  readonly rules: Flow;
}

/**
 * Tells the kit a flow of the service, with typed step keys.
 *
 * ```ts
 * const tour = defineFlow({
 *   key: 'member_tour',
 *   version: 1,
 *   steps: {
 *     profile: { reopenable: true },
 *     first_project: { requires: ['profile'], reopenable: true },
 *     invite_teammates: { requires: ['profile'], reopenable: true, optional: true },
 *   },
 * });
 * ```
 *
 * Steps and rules are the service's, all of them and in its order: where they differ, clicks show only once confirmed.
 * A key in `requires` that is no step does not compile; in plain JavaScript it throws.
 */
export function defineFlow<const StepKey extends string>(options: FlowOptions<StepKey>): OnboardingFlow<StepKey> {
  const { key, version, title = key } = options;
  const stepKeys = Object.keys(options.steps) as StepKey[];
  const steps = stepKeys.map((stepKey) => {
    const { scope = 'member', title: stepTitle = stepKey, ...rest } = options.steps[stepKey];
    const unknown = rest.requires?.find((required) => !stepKeys.includes(required));
    if (unknown) throw new Error(`The step "${stepKey}" of ${key} requires "${unknown}", which is no step of it.`);
    return { ...rest, key: stepKey, scope, title: stepTitle };
  });
  return { key, version, stepKeys, rules: flowOf({ key, version, title, steps }) };
}
