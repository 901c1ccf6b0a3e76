import type { Answer, Api } from './api.js';

export const BUSINESS = { businessName: 'Acme', country: 'DE' };

/** Moves that must be accepted, with the view after the last one. */
async function accepted(answer: Promise<Answer>): Promise<any> {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`A move that the test builds on was refused: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Answers the first question of the flow `workspace`; the draft tenant becomes active by it. */
export const tellBusiness = (person: Api): Promise<any> =>
  accepted(person.move({ step: 'business_info', action: 'complete', data: BUSINESS }));

/** From nothing to the step after the plan: `payment` for a paid one, `setup` for the free one. */
export async function choosePlan(person: Api, data: Record<string, unknown> = PROFESSIONAL): Promise<any> {
  await tellBusiness(person);
  return accepted(person.move({ step: 'subscription', action: 'complete', data }));
}

export const PROFESSIONAL = { plan: 'professional', billingCycle: 'six_monthly' };

export const stepOf = (view: any, step: string): any => view.steps.find(({ key }: { key: string }) => key === step);

export const statusesOf = (view: any): Record<string, string> =>
  Object.fromEntries(view.steps.map((step: any) => [step.key, step.status]));
