export type Plan = 'free' | 'professional' | 'enterprise';
export type BillingCycle = 'monthly' | 'six_monthly' | 'yearly';

export const PLANS: ReadonlyArray<{
  readonly key: Plan;
  readonly name: string;
  readonly monthly: number;
  readonly text: string;
}> = [
  { key: 'free', name: 'Free', monthly: 0, text: 'Three projects, for as long as you like' },
  { key: 'professional', name: 'Professional', monthly: 12, text: 'Unlimited projects and guests' },
  { key: 'enterprise', name: 'Enterprise', monthly: 29, text: 'Single sign-on and an audit trail' },
];

export const CYCLES: ReadonlyArray<{ readonly value: BillingCycle; readonly label: string; readonly months: number }> =
  [
    { value: 'monthly', label: 'Monthly', months: 1 },
    { value: 'six_monthly', label: '6 months', months: 6 },
    { value: 'yearly', label: 'Yearly', months: 12 },
  ];

/** Who pays for longer pays less: 5 % for six months, 15 % for a year. */
const DISCOUNT: Readonly<Record<BillingCycle, number>> = { monthly: 0, six_monthly: 0.05, yearly: 0.15 };

const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });

export const perMonth = (plan: Plan, cycle: BillingCycle): string =>
  euros.format((PLANS.find(({ key }) => key === plan)?.monthly ?? 0) * (1 - DISCOUNT[cycle]));

export function total(plan: Plan, cycle: BillingCycle): string {
  const monthly = PLANS.find(({ key }) => key === plan)?.monthly ?? 0;
  const months = CYCLES.find(({ value }) => value === cycle)?.months ?? 1;
  return euros.format(monthly * months * (1 - DISCOUNT[cycle]));
}
