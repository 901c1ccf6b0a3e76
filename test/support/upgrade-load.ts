import { randomUUID } from 'node:crypto';
import { key, type Answer, type Api } from './api.js';
import type { TestService } from './service.js';
import { createTenant } from './tenants.js';
import { eventually } from './eventually.js';

const TENANTS = 3;
const MEMBERS = 3;

interface Place {
  readonly person: Api;
  readonly flow: string;
  readonly step: string;
  readonly field: string;
  readonly fixed: object;
}

/** Members of several tenants who use one process continuously, and the transitions that it confirmed. */
export class UpgradeLoad {
  /** Wrong answers, and requests without an answer. */
  readonly failures: unknown[] = [];
  /** Transitions that the process confirmed, of each person and flow. */
  private readonly confirmed = new Map<Place, number>();
  private answered = 0;
  private stopped = false;
  private running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly service: TestService,
    private readonly url: string,
    private readonly places: readonly Place[],
  ) {}

  /** @param url of the process; `service` has the database and signs the tokens */
  static async start(service: TestService, url: string): Promise<UpgradeLoad> {
    const places: Place[] = [];
    for (let tenant = 0; tenant < TENANTS; tenant += 1) {
      const people = Array.from({ length: MEMBERS }, () => service.person());
      const members = Object.fromEntries(people.map(({ subject }) => [subject, 'owner'] as const));
      const tenantId = await createTenant(service, { members });
      const [owner, ...others] = people.map((person) => person.at(url).inTenant(tenantId)) as [Api, ...Api[]];
      places.push({
        person: owner,
        flow: 'workspace',
        step: 'business_info',
        field: 'businessName',
        fixed: { country: 'DE' },
      });
      for (const person of others) {
        places.push({ person, flow: 'member_tour', step: 'profile', field: 'displayName', fixed: {} });
      }
    }
    const load = new UpgradeLoad(service, url, places);
    load.running = Promise.all(places.map((place) => load.goOn(place).catch((error) => load.failures.push(error))));
    return load;
  }

  get requests(): number {
    return this.answered;
  }

  /** Resolves once this many more requests were answered. */
  async more(requests: number): Promise<void> {
    const goal = this.answered + requests;
    await eventually(async () => this.answered >= goal || this.failures.length > 0, 60_000);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Each person's view and history at another process, beside what the first one shows and confirmed. */
  async compared(url: string): Promise<unknown[]> {
    const differences: unknown[] = [];
    for (const place of this.places) {
      const { person, flow } = place;
      const here = (await person.view(flow)).body;
      const there = (await person.at(url).view(flow)).body;
      const history = (await person.at(url).history('?limit=1', flow)).body;
      const last = history.items[0];
      const count = this.confirmed.get(place);
      const seen = [there.revision, JSON.stringify(there.steps), JSON.stringify(there.data), last.revision];
      const expected = [count, JSON.stringify(here.steps), JSON.stringify(here.data), count];
      if (JSON.stringify(seen) !== JSON.stringify(expected)) differences.push({ seen, expected });
    }
    return differences;
  }

  private async goOn(place: Place): Promise<void> {
    const { person, flow, step, field, fixed } = place;
    for (let round = 1; !this.stopped; round += 1) {
      await this.ask('view', person.view(flow));
      const move = { step, action: 'save', data: { ...fixed, [field]: `Name ${round}` } };
      const once = key();
      const { body } = await this.ask('save', person.move(move, once, flow));
      if (!body?.applied) this.failures.push(['not applied', body]);
      this.confirmed.set(place, (this.confirmed.get(place) ?? 0) + 1);
      // As a client that got no answer.
      const again = await this.ask('save again', person.move(move, once, flow));
      if (again.body?.revision !== body?.revision) this.failures.push(['applied twice', again.body]);
      await this.ask('me', person.me());
      await this.ask('history', person.history('', flow));
      if (round % 4 !== 0) continue;
      const newcomer = this.service.person(`auth0|${randomUUID()}`).at(this.url);
      await this.ask('newcomer', newcomer.view());
      await this.ask('list', newcomer.get('/v1/onboarding'));
    }
  }

  private async ask(what: string, asked: Promise<Answer>): Promise<Answer> {
    const answer = await asked;
    this.answered += 1;
    if (answer.status !== 200) this.failures.push([what, answer.status, answer.body]);
    return answer;
  }
}
