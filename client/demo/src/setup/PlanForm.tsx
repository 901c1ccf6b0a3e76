import { Button, Card, Radio, SegmentedControl, Text, Title } from '@mantine/core';
import type { FormEvent, ReactElement } from 'react';
import { useWorkspaceStep } from '../flows.js';
import { CYCLES, perMonth, PLANS, type BillingCycle, type Plan } from './plans.js';
import { useDraft } from './useDraft.js';

export function PlanForm(): ReactElement {
  const subscription = useWorkspaceStep('subscription');
  const { values, change, submit } = useDraft(subscription, ['plan', 'billingCycle']);
  const plan = (values.plan || 'professional') as Plan;
  const billingCycle = (values.billingCycle || 'monthly') as BillingCycle;
  const proceed = (event: FormEvent): void => {
    event.preventDefault();
    void submit({ plan, billingCycle });
  };
  return (
    <Card withBorder padding="xl" component="form" onSubmit={proceed}>
      <Title order={1} size="h2">
        Choose a plan
      </Title>
      <Text c="dimmed" mb="lg">
        You can change it whenever you like.
      </Text>
      <SegmentedControl
        fullWidth
        mb="md"
        aria-label="How often you pay"
        data={CYCLES.map(({ value, label }) => ({ value, label }))}
        value={billingCycle}
        onChange={(value) => change('billingCycle', value)}
      />
      <Radio.Group aria-label="Plan" value={plan} onChange={(value) => change('plan', value)} mb="xl">
        <div className="plans">
          {PLANS.map(({ key, name, text }) => (
            <label key={key} className="plan" data-checked={plan === key || undefined}>
              <Radio value={key} aria-label={`${name}, ${perMonth(key, billingCycle)} a month`} />
              <span className="plan-words">
                <b>{name}</b>
                <Text component="span" c="dimmed" size="sm">
                  {text}
                </Text>
              </span>
              <span className="plan-price">
                {perMonth(key, billingCycle)}
                <Text component="span" c="dimmed" size="sm">
                  {' '}
                  a month
                </Text>
              </span>
            </label>
          ))}
        </div>
      </Radio.Group>
      <Button type="submit" size="md">
        {plan === 'free' ? 'Continue for free' : 'Continue to payment'}
      </Button>
    </Card>
  );
}
