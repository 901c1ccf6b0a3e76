// From `/core`, which servers can run; `@foothold/react` itself is for the browser ('use client').
import { defineFlow } from '@foothold/react/core';

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
