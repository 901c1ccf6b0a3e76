import type { FlowView } from '../../../../src/flow/index.js';

/** What the service answers about one flow. */
export interface OnboardingView extends FlowView {
  readonly tenantId: string;
  readonly subject: string;
  /** Grows with every accepted transition; comparable within a lineage. */
  readonly revision: number;
  /** Names the data set: a restored backup has a new one. */
  readonly lineage: string;
  readonly startedAt: string | null;
  readonly updatedAt: string;
  readonly source: 'database' | 'auth0';
  readonly degraded: boolean;
  readonly asOf: string;
}
