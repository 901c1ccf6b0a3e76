import type { FlowStatus, FlowView, Role, StepStatus } from '../../flow/index.js';
import { csvLine } from './csv.js';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One person's progress, without what they typed. */
export interface ExportedPerson {
  readonly subject: string;
  readonly role: Role;
  /** Null where the person's version of the flow cannot be served. */
  readonly status: FlowStatus | null;
  readonly currentStep: string | null;
  readonly startedAt: string | null;
  readonly updatedAt: string;
  readonly completedAt: string | null;
  readonly steps: ReadonlyArray<{
    readonly key: string;
    readonly status: StepStatus;
    readonly completedAt: string | null;
  }>;
  /** Why status and steps are missing. */
  readonly unavailable?: 'flow_version_unavailable';
}

/** @param view undefined where the person's version of the flow cannot be served */
export const exportedPerson = (
  { subject, role, startedAt, updatedAt }: { subject: string; role: Role; startedAt: Date | null; updatedAt: Date },
  view: FlowView | undefined,
): ExportedPerson => ({
  subject,
  role,
  status: view?.status ?? null,
  currentStep: view?.currentStep ?? null,
  startedAt: startedAt?.toISOString() ?? null,
  updatedAt: updatedAt.toISOString(),
  completedAt: view?.completedAt ?? null,
  steps: (view?.steps ?? []).map(({ key, status, completedAt }) => ({ key, status, completedAt })),
  ...(!view && { unavailable: 'flow_version_unavailable' }),
});

/** @param steps of every version of the flow: the columns of CSV. A step that a person's version does not have is empty. */
export const EXPORT_WRITERS: Readonly<
  Record<
    ExportFormat,
    {
      readonly contentType: string;
      readonly head: (steps: readonly string[]) => string;
      readonly line: (person: ExportedPerson, steps: readonly string[]) => string;
    }
  >
> = {
  ndjson: {
    contentType: 'application/x-ndjson',
    head: () => '',
    line: (person) => `${JSON.stringify(person)}\n`,
  },
  csv: {
    contentType: 'text/csv; charset=utf-8',
    head: (steps) =>
      csvLine([
        ...['subject', 'role', 'status', 'currentStep', 'startedAt', 'updatedAt', 'completedAt'],
        ...steps.flatMap((step) => [step, `${step}.completedAt`]),
        'unavailable',
      ]),
    line: ({ steps: done, ...person }, steps) =>
      csvLine([
        ...[person.subject, person.role, person.status, person.currentStep],
        ...[person.startedAt, person.updatedAt, person.completedAt],
        ...steps.flatMap((key) => {
          const step = done.find((candidate) => candidate.key === key);
          return [step?.status ?? null, step?.completedAt ?? null];
        }),
        person.unavailable ?? null,
      ]),
  },
};
