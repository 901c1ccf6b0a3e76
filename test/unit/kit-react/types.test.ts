import { compile } from './compile.js';
import { SAMPLES } from './samples.js';

/** Each program must fail to compile with exactly one error; the first must compile. */
const PRELUDE = `
import { createOnboarding, defineFlow, useOnboarding, useStep } from './index.js';
const tour = defineFlow({ key: 'tour', version: 1, steps: { profile: {}, project: { requires: ['profile'] } } });
`;
const PROGRAMS: Readonly<Record<string, string>> = {
  'right keys': `useOnboarding(tour).complete('profile'); useStep(tour, 'project'); createOnboarding(tour).useStep('profile');
    const key: 'profile' | 'project' | null = useOnboarding(tour).currentStep; void key;`,
  'a typo in an action': `useOnboarding(tour).complete('profil');`,
  'a typo in can': `useOnboarding(tour).can('complete', 'profil');`,
  'a typo in useStep': `useStep(tour, 'profil');`,
  'a typo in a bound hook': `createOnboarding(tour).useStep('profil');`,
  'a typo in requires': `defineFlow({ key: 'tour', version: 1, steps: { profile: {}, project: { requires: ['profil'] } } });`,
  'a comparison with no step': `if (useOnboarding(tour).currentStep === 'profil') throw new Error();`,
  'save without data': `useOnboarding(tour).save('profile');`,
};

const planted = Object.fromEntries(Object.entries(PROGRAMS).map(([name, text]) => [name, PRELUDE + text]));
const faults = compile({ ...planted, ...SAMPLES });

describe('the types of the hooks', () => {
  it('take the keys of the flow', () => {
    expect(faults.get('right keys')).toEqual([]);
  });

  it.each(Object.keys(PROGRAMS).slice(1))('refuse %s', (name) => {
    expect(faults.get(name)).toHaveLength(1);
  });
});

describe('the samples in the documentation', () => {
  it.each(Object.keys(SAMPLES))('compile: %s', (name) => {
    expect(faults.get(name)).toEqual([]);
  });
});
