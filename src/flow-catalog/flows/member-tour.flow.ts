import type { FlowDefinition } from '../../flow/index.js';

/** Shows one person around; each member of a tenant does it for themselves. */
export const memberTour: FlowDefinition = {
  key: 'member_tour',
  version: 1,
  title: 'Get to know your workspace',
  steps: [
    {
      key: 'profile',
      scope: 'member',
      title: 'Complete your profile',
      reopenable: true,
      data: {
        type: 'object',
        properties: {
          displayName: { type: 'string', minLength: 1, maxLength: 200 },
          jobTitle: { type: 'string', maxLength: 200 },
        },
        additionalProperties: false,
      },
    },
    {
      key: 'first_project',
      scope: 'member',
      title: 'Create your first project',
      requires: ['profile'],
      reopenable: true,
      data: {
        type: 'object',
        properties: { projectName: { type: 'string', minLength: 1, maxLength: 200 } },
        additionalProperties: false,
      },
    },
    {
      key: 'invite_teammates',
      scope: 'member',
      title: 'Invite your teammates',
      requires: ['profile'],
      optional: true,
      reopenable: true,
    },
  ],
};
