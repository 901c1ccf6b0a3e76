import { FLOW_DEFINITIONS } from '../../src/flow-catalog/flow-catalog.js';
import type { FlowDefinition, StepDefinition } from '../../src/flow/index.js';
import { appWith } from './altered-app.js';

/** As `createApp`, but with these flows instead of the ones that the build ships. */
export const createAppWith = (...definitions: readonly FlowDefinition[]) => appWith([FLOW_DEFINITIONS, definitions]);

/** A member's step that requires a tenant's step which can be reopened; the shipped flows have none. */
export const launch: FlowDefinition = {
  key: 'launch',
  version: 1,
  title: 'Launch',
  steps: [
    {
      key: 'policy',
      scope: 'tenant',
      title: 'Agree on a policy',
      reopenable: true,
      data: {
        type: 'object',
        properties: { accepted: { type: 'boolean' }, seats: { type: 'integer' }, notes: {} },
        additionalProperties: false,
      },
    },
    { key: 'training', scope: 'member', title: 'Learn it', requires: ['policy'], reopenable: true },
    { key: 'certificate', scope: 'member', title: 'Prove it', requires: ['training'], attested: {} },
  ],
};

const document = (number: number): StepDefinition => ({
  key: `document_${number}`,
  scope: 'tenant',
  title: `Document ${number}`,
  optional: true,
  data: { type: 'object', properties: { text: { type: 'string' } }, additionalProperties: false },
});

/** Steps that together could hold more than one progress may. */
export const archive: FlowDefinition = {
  key: 'archive',
  version: 1,
  title: 'Archive',
  steps: [1, 2, 3, 4, 5, 6, 7, 8, 9].map(document),
};
