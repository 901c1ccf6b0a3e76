import { Button, Card, Group, Text, TextInput, Title } from '@mantine/core';
import { useTenants } from '@foothold/react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useWorkspaceStep } from '../flows.js';
import { Icon } from '../icons.js';
import { jsonRequest } from '../json-request.js';
import { network } from '../network.js';
import { Problem } from '../shell/Problem.js';
import { WaitingCard } from '../shell/WaitingCard.js';
import { total, type BillingCycle, type Plan } from './plans.js';

const GOOD_CARD = '4242 4242 4242 4242';
const NO_ANSWER = 'The payment provider did not answer. Please try again; if you did pay, this page goes on by itself.';

/**
 * The provider takes the card; that it was paid only the provider can tell the service, from its own side. Until then
 * the step is started, so that nobody is asked again: not after a reload, and not on another device.
 */
export function PaymentForm(): ReactElement {
  const { step, start, can } = useWorkspaceStep('payment');
  const subscription = useWorkspaceStep('subscription').step?.data;
  const plan = (subscription?.['plan'] ?? 'professional') as Plan;
  const billingCycle = (subscription?.['billingCycle'] ?? 'monthly') as BillingCycle;
  const { current } = useTenants();
  const [card, setCard] = useState(GOOD_CARD);
  const [isCharging, setCharging] = useState(false);
  const [problem, setProblem] = useState<string>();
  // A start that waits to be sent counts, too: only the service knows whether it is a second try.
  const isConfirming = step?.isPending || (step?.status === 'in_progress' && !can('start'));
  const declined = step?.attestation?.outcome === 'failed' ? step.attestation.message : undefined;

  const pay = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const number = card.replaceAll(' ', '');
    if (!/^\d{16}$/.test(number)) return setProblem('A card number has 16 digits');
    setProblem(undefined);
    setCharging(true);
    const outcome = await charge({ tenantId: current?.id, plan, billingCycle, card: number }).catch(() => undefined);
    // Why a card was declined the provider tells the service, as it tells it of success.
    if (outcome === 'succeeded') await start();
    if (outcome === undefined) setProblem(NO_ANSWER);
    setCharging(false);
  };

  if (isConfirming) {
    return (
      <WaitingCard title="Your payment is being confirmed">
        The bank tells us from its own side, usually within seconds. You can close this page: you will not be asked
        again.
      </WaitingCard>
    );
  }
  return (
    <Card withBorder padding="xl" component="form" noValidate onSubmit={(event: FormEvent) => void pay(event)}>
      <Title order={1} size="h2">
        Pay for the plan
      </Title>
      <Text c="dimmed" mb="lg">
        A pretend payment: no money moves.
      </Text>
      {declined && !isCharging && <Problem title="The payment did not go through">{declined}</Problem>}
      <Group justify="space-between" wrap="nowrap" className="bill" mb="md">
        <span className="bill-plan">
          {plan} plan, {billingCycle.replace('_', ' ')}
        </span>
        <b>{total(plan, billingCycle)}</b>
      </Group>
      <TextInput
        label="Card number"
        description="4242 4242 4242 4242 works, 4000 0000 0000 0002 is declined"
        size="md"
        mb="xl"
        inputMode="numeric"
        autoComplete="off"
        leftSection={<Icon name="card" />}
        value={card}
        error={problem}
        onChange={({ currentTarget }) => setCard(currentTarget.value)}
      />
      <Button type="submit" size="md" loading={isCharging}>
        Pay {total(plan, billingCycle)}
      </Button>
    </Card>
  );
}

type Outcome = 'succeeded' | 'failed';

async function charge(order: object): Promise<Outcome | undefined> {
  const response = await network.fetch('/demo/api/payments', jsonRequest('POST', order));
  return response.ok ? ((await response.json()) as { outcome: Outcome }).outcome : undefined;
}
