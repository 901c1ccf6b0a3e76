import type { FlowDefinition, StepDefinition } from '../../src/flow/index.js';
import { createAppWith } from './flows.js';
import type { Api } from './api.js';
import type { TestService } from './service.js';

const note = { type: 'object', properties: { note: { type: 'string' } }, additionalProperties: false } as const;

const POLICY: StepDefinition = { key: 'policy', scope: 'tenant', title: 'Policy', reopenable: true, data: note };
const TRAINING: StepDefinition = { key: 'training', scope: 'member', title: 'Training', reopenable: true };

export const journeyV1: FlowDefinition = {
  key: 'journey',
  version: 1,
  title: 'Journey',
  steps: [POLICY, TRAINING],
};

/** The next release's: a step of the tenant, an attested one, and a step of each member are new. */
export const journeyV2: FlowDefinition = {
  key: 'journey',
  version: 2,
  title: 'Journey, second edition',
  steps: [
    POLICY,
    { key: 'inspection', scope: 'tenant', title: 'Inspection', requires: ['policy'], attested: {} },
    TRAINING,
    { key: 'celebration', scope: 'member', title: 'Celebration', requires: ['training'], data: note },
  ],
};

/** A flow that only the next release has. */
export const bonus: FlowDefinition = {
  key: 'bonus',
  version: 1,
  title: 'Bonus',
  steps: [{ key: 'claim', scope: 'member', title: 'Claim it' }],
};

export const createOlder = createAppWith(journeyV1);
export const createNewer = createAppWith(journeyV2, bonus);

/** One caller at two processes of different builds. */
export interface Both {
  readonly older: Api;
  readonly newer: Api;
}

/** @param newerUrl of the process that `service`, whose own is of the older build, started of the newer one */
export const atBoth = (service: TestService, newerUrl: string, person: Api): Both => ({
  older: person.at(service.url),
  newer: person.at(newerUrl),
});
