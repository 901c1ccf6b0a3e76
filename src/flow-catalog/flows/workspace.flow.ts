import type { FlowDefinition } from '../../flow/index.js';

/** Sets up a tenant: told once, paid once, provisioned once, whoever of the tenant does it. */
export const workspace: FlowDefinition = {
  key: 'workspace',
  version: 1,
  title: 'Set up your workspace',
  steps: [
    {
      key: 'business_info',
      aliases: ['business-info'],
      scope: 'tenant',
      title: 'Tell us about your business',
      data: {
        type: 'object',
        properties: {
          businessName: { type: 'string', minLength: 1, maxLength: 200, pattern: '\\S' },
          country: { type: 'string', pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' },
          industry: { type: 'string', minLength: 1, maxLength: 100 },
        },
        required: ['businessName'],
        additionalProperties: false,
      },
    },
    {
      key: 'subscription',
      scope: 'tenant',
      title: 'Choose a plan',
      requires: ['business_info'],
      data: {
        type: 'object',
        properties: {
          plan: { type: 'string', enum: ['free', 'professional', 'enterprise'] },
          billingCycle: { type: 'string', enum: ['monthly', 'six_monthly', 'yearly'] },
        },
        required: ['plan'],
        additionalProperties: false,
      },
    },
    {
      key: 'payment',
      scope: 'tenant',
      title: 'Pay for the plan',
      requires: ['subscription'],
      attested: { binds: [{ step: 'subscription', fields: ['plan', 'billingCycle'] }] },
      appliesWhen: { not: { step: 'subscription', field: 'plan', in: ['free'] } },
    },
    {
      key: 'setup',
      scope: 'tenant',
      title: 'We set up your workspace',
      requires: ['payment'],
      attested: {},
    },
  ],
};
