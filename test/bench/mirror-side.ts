import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import type { EmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { startStandIn, type StandIn } from '../../src/local/stand-in/stand-in.js';
import { TokenMint } from '../support/token-mint.js';
import { FOOTHOLD } from './contestants.js';
import { ServerProcess } from './server-process.js';

const PLAN = 'enterprise';
export const FLOW = '/v1/onboarding/workspace';

/** A process of the service with a database, an Auth0 and people of its own. */
export class MirrorSide {
  private constructor(
    readonly server: ServerProcess,
    readonly standIn: StandIn,
    private readonly mint: TokenMint,
    readonly subjects: readonly string[],
  ) {}

  /** @param way to the database, given its URL: itself if there is nothing between */
  static async start(
    postgres: EmbeddedPostgres,
    dataDir: string,
    { name, people, way = (url) => url }: { name: string; people: number; way?: (url: string) => string },
  ): Promise<MirrorSide> {
    const urlOf = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href;
    const superuser = new Client({ connectionString: postgres.superuserUrl });
    await superuser.connect();
    await superuser.query(`CREATE DATABASE ${name} OWNER foothold_owner`).finally(() => superuser.end());
    await migrate(urlOf(postgres.migrationUrl));

    const folder = path.join(dataDir, name);
    const mint = await TokenMint.open(folder);
    const standIn = await startStandIn({ dataDir: folder, port: 0, ratePlan: PLAN });
    const subjects = Array.from({ length: people }, (_, index) => `auth0|${name}-${index}`);
    await standIn.people.import(subjects.map((id) => ({ id })));

    const [appUrl, superuserUrl] = [way(urlOf(postgres.appUrl)), urlOf(postgres.superuserUrl)];
    const environment = FOOTHOLD.environment({ appUrl, superuserUrl, floorUrl: appUrl }, standIn);
    const server = await ServerProcess.start(FOOTHOLD.script, { ...environment, AUTH0_RATE_PLAN: PLAN });
    const side = new MirrorSide(server, standIn, mint, subjects);
    await server.ready('/health/ready');
    return side;
  }

  token(subject: string, claims: Readonly<Record<string, unknown>> = {}): string {
    return this.mint.sign(this.standIn, subject, claims);
  }

  async read(token: string): Promise<{ readonly status: number; readonly source: string | undefined }> {
    const answer = await fetch(this.server.url + FLOW, { headers: { authorization: `Bearer ${token}` } });
    const { source } = (await answer.json()) as { source?: string };
    return { status: answer.status, source };
  }

  async save(token: string): Promise<void> {
    const answer = await fetch(`${this.server.url}${FLOW}/transitions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ step: 'business_info', action: 'save', data: { businessName: 'Acme' } }),
    });
    if (answer.status !== 200) throw new Error(`A change was refused: ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.standIn.stop();
  }
}
