import type { Answer, Api } from './api.js';
import { BUSINESS } from './workspace.js';

/** Five steps of a new person, over both flows. */
export const FIVE_STEPS: ReadonlyArray<(person: Api) => Promise<Answer>> = [
  (person) => person.move({ step: 'business_info', action: 'complete', data: BUSINESS }),
  (person) => person.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } }),
  (person) => person.move({ step: 'profile', action: 'complete', data: { displayName: 'Ada' } }, {}, 'member_tour'),
  (person) =>
    person.move({ step: 'first_project', action: 'complete', data: { projectName: 'Apollo' } }, {}, 'member_tour'),
  (person) => person.move({ step: 'invite_teammates', action: 'skip' }, {}, 'member_tour'),
];
