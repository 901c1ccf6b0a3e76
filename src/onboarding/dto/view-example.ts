import { EXAMPLE } from '../../http/open-api/example-values.js';

const STEP = {
  scope: 'tenant',
  status: 'pending',
  optional: false,
  attested: false,
  attestation: null,
  blockedBy: [],
  completedAt: null,
  completedBy: null,
  data: {},
} as const;

/** The steps of the flow `workspace` while its plan is being chosen. */
export const EXAMPLE_STEPS = [
  {
    ...STEP,
    key: 'business_info',
    title: 'Tell us about your business',
    status: 'completed',
    completedAt: EXAMPLE.completedAt,
    completedBy: EXAMPLE.owner,
    data: { businessName: 'Acme', country: 'GB' },
  },
  { ...STEP, key: 'subscription', title: 'Choose a plan', status: 'in_progress', data: { plan: 'professional' } },
  {
    ...STEP,
    key: 'payment',
    title: 'Pay for the plan',
    attested: true,
    blockedBy: ['subscription'],
  },
  { ...STEP, key: 'setup', title: 'We set up your workspace', attested: true, blockedBy: ['payment'] },
];
