import { createOnboarding, defineFlow } from '@foothold/react';

export const tour = defineFlow({
  key: 'member_tour',
  version: 1,
  title: 'Get to know your workspace',
  steps: {
    profile: { title: 'Complete your profile', reopenable: true },
    first_project: { title: 'Create your first project', requires: ['profile'], reopenable: true },
    invite_teammates: { title: 'Invite your teammates', requires: ['profile'], optional: true, reopenable: true },
  },
});

export const workspace = defineFlow({
  key: 'workspace',
  version: 1,
  title: 'Set up your workspace',
  steps: {
    business_info: { title: 'Tell us about your business', scope: 'tenant' },
    subscription: { title: 'Choose a plan', scope: 'tenant', requires: ['business_info'] },
    payment: {
      title: 'Pay for the plan',
      scope: 'tenant',
      requires: ['subscription'],
      attested: { binds: [{ step: 'subscription', fields: ['plan', 'billingCycle'] }] },
      appliesWhen: { not: { step: 'subscription', field: 'plan', in: ['free'] } },
    },
    setup: { title: 'We set up your workspace', scope: 'tenant', requires: ['payment'], attested: {} },
  },
});

export const FLOWS = [workspace, tour] as const;

export const { useOnboarding: useTour, useStep: useTourStep } = createOnboarding(tour);
export const { useOnboarding: useWorkspace, useStep: useWorkspaceStep } = createOnboarding(workspace);
