import { createOnboarding, defineFlow } from '@foothold/react';

/** The guided minute is a flow, too: each step is completed by what really happens, not by a click on "next". */
export const minute = defineFlow({
  key: 'guided_minute',
  version: 1,
  title: 'The guided minute',
  steps: {
    sign_up: { title: 'Sign up' },
    break_it: { title: 'Stop the database', requires: ['sign_up'] },
    go_on: { title: 'Go on as if nothing were', requires: ['break_it'] },
    mend_it: { title: 'Start the database', requires: ['go_on'] },
    nothing_lost: { title: 'Nothing was lost', requires: ['mend_it'] },
  },
});

export const { useOnboarding: useMinuteFlow } = createOnboarding(minute);

export type MinuteStep = Parameters<ReturnType<typeof useMinuteFlow>['complete']>[0];
