import { randomUUID } from 'node:crypto';
import { migrate } from '../../src/database/migrate.js';
import type { EmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { startStandIn, type StandIn } from '../../src/local/stand-in/stand-in.js';
import { NOT_ROLLED_UP } from '../support/recount.js';
import { sql } from '../support/sql.js';
import { TokenMint } from '../support/token-mint.js';
import { tourPeople } from '../support/tour-people.sql.js';
import { FOOTHOLD } from './contestants.js';
import { ServerProcess } from './server-process.js';

const OWNER = 'auth0|owner';
const PEOPLE_AT_ONCE = 100_000;

/** One tenant with very many people, its owner, and a process of the service that is started when it is wanted. */
export class AdminSide {
  readonly tenantId = randomUUID();
  private running: ServerProcess | undefined;
  private readonly headers: { readonly authorization: string };

  private constructor(
    private readonly postgres: EmbeddedPostgres,
    readonly superuserUrl: string,
    private readonly standIn: StandIn,
    private readonly mint: TokenMint,
  ) {
    this.headers = { authorization: `Bearer ${this.token(OWNER)}` };
  }

  static async open(postgres: EmbeddedPostgres, dataDir: string, people: number): Promise<AdminSide> {
    await migrate(postgres.migrationUrl);
    const mint = await TokenMint.open(dataDir);
    const standIn = await startStandIn({ dataDir, port: 0 });
    const superuserUrl = Object.assign(new URL(postgres.superuserUrl), {
      pathname: new URL(postgres.appUrl).pathname,
    }).href;
    const side = new AdminSide(postgres, superuserUrl, standIn, mint);
    await side.fill(people);
    return side;
  }

  get server(): ServerProcess {
    if (!this.running) throw new Error('The service does not run');
    return this.running;
  }

  async startServer(): Promise<void> {
    const { appUrl } = this.postgres;
    const { superuserUrl } = this;
    const environment = FOOTHOLD.environment({ appUrl, superuserUrl, floorUrl: appUrl }, this.standIn);
    this.running = await ServerProcess.start(FOOTHOLD.script, environment);
    await this.running.ready('/health/ready');
  }

  async stopServer(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }

  async close(): Promise<void> {
    await this.stopServer();
    await this.standIn.stop();
  }

  token(subject: string): string {
    return this.mint.sign(this.standIn, subject);
  }

  /** Of the flow `member_tour`, called as the owner. */
  get(at: string): Promise<Response> {
    const url = `${this.server.url}/v1/tenants/${this.tenantId}/onboarding/member_tour${at}`;
    return fetch(url, { headers: this.headers });
  }

  async due(): Promise<number> {
    const [row] = await sql<{ due: number }>(this.superuserUrl, NOT_ROLLED_UP);
    return row?.due ?? 0;
  }

  private async fill(people: number): Promise<void> {
    const { tenantId, superuserUrl } = this;
    await sql(
      superuserUrl,
      `INSERT INTO foothold.tenant VALUES ('${tenantId}', 'Acme', 'active', now(), now());
       INSERT INTO foothold.member VALUES ('${tenantId}', '${OWNER}', 'owner', 'active', now(), now());
       INSERT INTO foothold.membership VALUES ('${OWNER}', '${tenantId}', 'owner', 'active')`,
    );
    for (let first = 1; first <= people; first += PEOPLE_AT_ONCE) {
      const last = Math.min(people, first + PEOPLE_AT_ONCE - 1);
      await sql(superuserUrl, tourPeople(tenantId, first, last).join(';\n'));
    }
    await sql(superuserUrl, 'VACUUM (ANALYZE)');
  }
}
