import { Problem, unavailable } from '../http/problem.js';

export const UNAVAILABLE_REASONS = ['missing', 'not_understood'] as const;

/** Why a process cannot serve a version that people's progress is judged by. */
export interface UnavailableVersion {
  readonly flow: string;
  readonly version: number;
  /** `missing`: the database does not have it. `not_understood`: this build cannot read its definition. */
  readonly reason: (typeof UNAVAILABLE_REASONS)[number];
}

const RETRY_SECONDS = 5;

const REASONS: Readonly<Record<UnavailableVersion['reason'], string>> = {
  missing: 'neither this build nor the database has it',
  not_understood: 'a newer release defined it in a way that this process does not understand',
};

export const versionUnavailable = ({ flow, version, reason }: UnavailableVersion): Problem =>
  unavailable(
    'flow_version_unavailable',
    `Version ${version} of the flow ${flow} cannot be served here: ${REASONS[reason]}. Nothing was lost; try again with ` +
      'the same Idempotency-Key.',
    RETRY_SECONDS,
  );

export const flowOfNewerBuild = (key: string): Problem =>
  unavailable(
    'flow_version_unavailable',
    `The flow ${key} belongs to another release than this process has. Nothing was lost; try again with the same ` +
      'Idempotency-Key.',
    RETRY_SECONDS,
  );

export const stepOfNewerBuild = (key: string, step: string): Problem =>
  unavailable(
    'flow_version_unavailable',
    `The step ${step} of the flow ${key} belongs to another release than this process has; try again.`,
    RETRY_SECONDS,
  );

export const isVersionUnavailable = (error: unknown): error is Problem =>
  error instanceof Problem && error.code === 'flow_version_unavailable';
