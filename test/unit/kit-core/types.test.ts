import { createClient, defineFlow, type OnboardingSnapshot } from '../../../client/kit/src/core/index.js';

const tour = defineFlow({
  key: 'member_tour',
  version: 1,
  steps: { profile: { reopenable: true }, first_project: { requires: ['profile'] } },
});

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <Claim extends true>(claim?: Claim): void => expect(claim).toBeUndefined();

/** Never called: the compiler reads it (`npm run typecheck`). */
export function mustNotCompile(client: ReturnType<typeof createClient>): void {
  defineFlow({
    key: 'broken',
    version: 1,
    // @ts-expect-error `profil` is no step
    steps: { profile: {}, first_project: { requires: ['profil'] } },
  });
  // @ts-expect-error `profil` is no step of the flow
  void client.act(tour, 'complete', 'profil');
  // @ts-expect-error `finish` is no action
  void client.act(tour, 'finish', 'profile');
  // @ts-expect-error `profil` is no step of the flow
  client.can(tour, 'complete', 'profil');
}

describe('the types of a flow', () => {
  it('know its step keys', () => {
    holds<Equal<(typeof tour)['stepKeys'][number], 'profile' | 'first_project'>>();
    holds<Equal<OnboardingSnapshot<'a' | 'b'>['currentStep'], 'a' | 'b' | null>>();
    expect(tour.stepKeys).toEqual(['profile', 'first_project']);
  });

  it('have their match at run time, for plain JavaScript', () => {
    const steps: Record<string, { requires?: string[] }> = { profile: {}, first_project: { requires: ['profil'] } };
    expect(() => defineFlow({ key: 'tour', version: 1, steps })).toThrow(
      'The step "first_project" of tour requires "profil", which is no step of it.',
    );
  });
});
