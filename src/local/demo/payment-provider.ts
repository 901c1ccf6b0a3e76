import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineCallError, MachineClient, type MachineSettings } from '../machine-client.js';
import { readJsonIfPresent } from '../private-file.js';
import { PrivateDocument } from '../stand-in/private-document.js';

/** What somebody pays for. */
export interface Order {
  readonly tenantId: string;
  readonly plan: string;
  readonly billingCycle: string;
}

interface Payment extends Order {
  readonly id: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly occurredAt: string;
}

/** Such as providers give out for tests: this card has no cover. */
const DECLINED_CARD = /0002$/;
const DECLINED = 'The bank declined the card. Nothing was charged; try another card.';
const TELL_EVERY_MS = 500;

/**
 * A pretend payment provider. As a real one it remembers a payment before it answers, and tells the service about it
 * from its own side until the service has taken it in: whatever the payer's browser does, and however long the service
 * is away. What is not told yet survives a restart.
 */
export class PaymentProvider {
  private readonly stopping = new AbortController();
  private readonly document: PrivateDocument;
  private telling: Promise<void> | undefined;

  private constructor(
    file: string,
    private untold: readonly Payment[],
  ) {
    this.document = new PrivateDocument(file, () => this.untold);
  }

  /** @param file where it keeps the payments that the service was not told of yet */
  static async open(file: string): Promise<PaymentProvider> {
    return new PaymentProvider(file, (await readJsonIfPresent<Payment[]>(file)) ?? []);
  }

  /** Begins to tell the service. */
  start(settings: MachineSettings): void {
    this.telling ??= this.tell(new MachineClient(settings, this.stopping.signal));
  }

  /** Charges the card. Whether that worked is told to the payer here, and to the service by and by. */
  async charge(order: Order, card: string): Promise<Payment['outcome']> {
    const outcome = DECLINED_CARD.test(card) ? 'failed' : 'succeeded';
    const payment = { ...order, id: `pay-${randomUUID()}`, outcome, occurredAt: new Date().toISOString() } as const;
    await this.keep([...this.untold, payment]);
    return outcome;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.telling;
  }

  private async tell(service: MachineClient): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      for (const payment of this.untold) {
        // Not taken in: it is told again, with the same event id.
        const isTold = await attest(service, payment).catch(isRefusedForGood);
        if (isTold) await this.keep(this.untold.filter((other) => other !== payment));
      }
      await sleep(TELL_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async keep(payments: readonly Payment[]): Promise<void> {
    this.untold = payments;
    await this.document.save();
  }
}

async function attest(service: MachineClient, payment: Payment): Promise<true> {
  const { id, tenantId, plan, billingCycle, outcome, occurredAt } = payment;
  await service.call(`/v1/tenants/${tenantId}/onboarding/workspace/attestations`, {
    step: 'payment',
    eventId: id,
    outcome,
    occurredAt,
    data: { plan, billingCycle },
    ...(outcome === 'failed' && { message: DECLINED }),
  });
  return true;
}

/** No such tenant, or a closed one: telling it again would change nothing. */
const isRefusedForGood = (error: unknown): boolean =>
  error instanceof MachineCallError && [403, 404, 422].includes(error.status);
