import { EXAMPLE } from '../../http/open-api/example-values.js';
import { EXPORT_WRITERS, type ExportedPerson, type ExportFormat } from './exported-person.js';

const PERSON: ExportedPerson = {
  subject: EXAMPLE.owner,
  role: 'owner',
  status: 'in_progress',
  currentStep: 'subscription',
  startedAt: EXAMPLE.completedAt,
  updatedAt: EXAMPLE.updatedAt,
  completedAt: null,
  steps: [
    { key: 'business_info', status: 'completed', completedAt: EXAMPLE.completedAt },
    { key: 'subscription', status: 'in_progress', completedAt: null },
  ],
};

const inFormat = (format: ExportFormat): string => {
  const { head, line } = EXPORT_WRITERS[format];
  const steps = PERSON.steps.map(({ key }) => key);
  return head(steps) + line(PERSON, steps);
};

/** An export of one person, for the OpenAPI document. */
export const EXPORT_EXAMPLES: Readonly<Record<ExportFormat, string>> = {
  ndjson: inFormat('ndjson'),
  csv: inFormat('csv'),
};
