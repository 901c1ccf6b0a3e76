import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineClient, type MachineSettings } from './machine-client.js';

/*
 * An example of a trusted system, as you would write one: it uses nothing of Foothold but its HTTP API and a machine
 * token. It asks what is due, does it, and attests how it went. It remembers nothing, so it may be killed at any time and
 * run as often as you like: what is not attested is still due, and the work and the event id are the same each time.
 */

export interface ProvisionerSettings extends MachineSettings {
  /** Where each tenant gets its workspace: a folder named by the tenant's id. */
  readonly workspaces: string;
}

interface DueStep {
  readonly tenantId: string;
  readonly revision: number;
}

interface DueStepPage {
  readonly items: DueStep[];
  readonly nextCursor: string | null;
}

const FLOW = 'workspace';
const STEP = 'setup';
const ASK_EVERY_MS = 1_000;

/** Sets up the workspace of each tenant that has paid. Starts at once; call `stop` to end it. */
export class DemoProvisioner {
  private readonly stopping = new AbortController();
  private readonly service: MachineClient;
  private readonly working: Promise<void>;

  constructor(private readonly settings: ProvisionerSettings) {
    this.service = new MachineClient(settings, this.stopping.signal);
    this.working = this.work();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Whatever went wrong (no token, no service, no answer): the step is still due when it is asked for again.
      await this.setUpWhatIsDue().catch(() => undefined);
      await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async setUpWhatIsDue(): Promise<void> {
    const address = `/v1/flows/${FLOW}/due-steps?step=${STEP}`;
    let cursor: string | null = null;
    do {
      const page = (await this.service.call(cursor === null ? address : `${address}&cursor=${cursor}`)) as DueStepPage;
      for (const due of page.items) {
        if (this.stopping.signal.aborted) return;
        await this.attest(due, await this.provision(due.tenantId));
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /** Why it failed, in words for the person who waits for it; undefined if it did not. Doing it twice does no harm. */
  private async provision(tenantId: string): Promise<string | undefined> {
    try {
      await mkdir(path.join(this.settings.workspaces, tenantId), { recursive: true });
      return undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return `The workspace's folder cannot be made (${code}). Ask the operator to look, then try again.`;
    }
  }

  private async attest({ tenantId, revision }: DueStep, failure: string | undefined): Promise<void> {
    await this.service.call(`/v1/tenants/${tenantId}/onboarding/${FLOW}/attestations`, {
      step: STEP,
      // The same for the same piece of work, so that sending it again changes nothing; another one after a retry.
      eventId: `${STEP}-${tenantId}-${revision}-${failure === undefined ? 'done' : 'failed'}`,
      outcome: failure === undefined ? 'succeeded' : 'failed',
      occurredAt: new Date().toISOString(),
      ...(failure !== undefined && { message: failure }),
    });
  }
}
