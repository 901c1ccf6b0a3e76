import { Problem, retryAfter } from '../http/problem.js';

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
  missing: 'neither this release nor the database has it',
  not_understood: 'a newer release defined it with features that this process does not support',
};

export const versionUnavailable = ({ flow, version, reason }: UnavailableVersion): Problem =>
  new Problem(
    'flow_version_unavailable',
    `This process cannot serve version ${version} of the flow ${flow}: ${REASONS[reason]}. Nothing was lost; try again with ` +
      'the same Idempotency-Key.',
    retryAfter(RETRY_SECONDS),
  );

export const flowOfNewerBuild = (key: string): Problem =>
  new Problem(
    'flow_version_unavailable',
    `The flow ${key} belongs to a release that this process does not have. Nothing was lost; try again with the same ` +
      'Idempotency-Key.',
    retryAfter(RETRY_SECONDS),
  );

export const stepOfNewerBuild = (key: string, step: string): Problem =>
  new Problem(
    'flow_version_unavailable',
    `The step ${step} of the flow ${key} belongs to a release that this process does not have; try again.`,
    retryAfter(RETRY_SECONDS),
  );

export const isVersionUnavailable = (error: unknown): error is Problem =>
  error instanceof Problem && error.code === 'flow_version_unavailable';
