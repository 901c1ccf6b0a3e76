import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Client, type QueryResultRow } from 'pg';
import { loadConfig } from '../../src/config/config.js';
import type { RatePlan } from '../../src/config/rate-plan.js';
import { startStandIn, type StandIn } from '../../src/local/stand-in/stand-in.js';
import { DatabaseStartup } from '../../src/database/database-startup.js';
import { ManagementServer } from '../../src/management/management-server.js';
import { createApp } from '../../src/service.js';
import { Api } from './api.js';
import { createTestDatabase, testRun, type TestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { setManagementUrl } from './management.js';
import { MIRROR_SETTINGS } from './mirror-settings.js';
import { SqlSessions } from './sql.js';
import { copySigningKeys, TokenMint } from './token-mint.js';

export interface ServiceOptions {
  /** Settings beside those of the database and of Auth0. */
  readonly env?: NodeJS.ProcessEnv;
  /** Runs on the empty, migrated database before the service starts. */
  readonly prepare?: (database: TestDatabase) => Promise<void>;
  /** How the application is made from the settings; as in production, if not given. */
  readonly create?: typeof createApp;
}

/**
 * What works in the background waits for locks, too, and for nobody's answer: the rollup, the sending of mirrors, and the
 * sightings, each told by a text that no request's statement has.
 */
const IN_BACKGROUND =
  'foothold\\.(onboarding_position|rollup_claim)|(UPDATE|DELETE FROM) foothold\\.auth0_mirror|auth0_mirror_tenant mt|seen_at';

const LONGEST_START_MS = 5_000;

const PAYMENTS = { client_id: 'foothold-demo-payments', client_secret: 'local-only' };

/** The service as it is in production, on a database of its own, with the Auth0 stand-in; on free ports. */
export class TestService {
  private readonly apps: NestFastifyApplication[] = [];
  private firstUrl = '';
  private sessions: SqlSessions | undefined;

  private constructor(
    readonly database: TestDatabase,
    readonly standIn: StandIn,
    readonly env: NodeJS.ProcessEnv,
    private readonly create: typeof createApp,
    private readonly mint: TokenMint,
    private readonly closeRest: () => Promise<void>,
  ) {}

  static async start({ env, prepare, create = createApp }: ServiceOptions = {}): Promise<TestService> {
    const folder = await mkdtemp(path.join(tmpdir(), 'foothold-e2e-'));
    await copySigningKeys(testRun().folder, folder);
    const mint = await TokenMint.open(folder);
    const [standIn, database] = await Promise.all([startStandIn({ dataDir: folder, port: 0 }), createTestDatabase()]);
    const closeRest = async (): Promise<void> => {
      await standIn.stop();
      await rm(folder, { recursive: true, force: true });
      await database.drop();
    };
    try {
      await prepare?.(database);
      const settings: NodeJS.ProcessEnv = {
        DATABASE_URL: database.appUrl,
        AUTH0_DOMAIN: standIn.domain,
        AUTH0_CUSTOM_DOMAINS: standIn.customDomain,
        AUTH0_AUDIENCE: standIn.audience,
        ...MIRROR_SETTINGS,
        LOG_LEVEL: 'silent',
        RATE_LIMIT_BURST: '1000000',
        AUTH0_RATE_PLAN: standIn.rateLimit.plan,
        ...env,
      };
      standIn.rateLimit.plan = settings['AUTH0_RATE_PLAN'] as RatePlan;
      const service = new TestService(database, standIn, settings, create, mint, closeRest);
      service.firstUrl = await service.startAnother();
      return service;
    } catch (error) {
      await closeRest();
      throw error;
    }
  }

  /**
   * One more of them on the same database, as in production; they share nothing else. Returns its URL.
   * @param create of another build, if given
   */
  async startAnother(env: NodeJS.ProcessEnv = {}, create = this.create): Promise<string> {
    const app = await create(loadConfig({ ...this.env, ...env }));
    this.apps.push(app);
    await app.listen({ port: 0, host: '127.0.0.1' });
    // On a busy machine the first connection may fail, and the next attempt comes a second later. A test that starts
    // without a database waits for this in vain.
    await Promise.race([app.get(DatabaseStartup).ready, sleep(LONGEST_START_MS, undefined, { ref: false })]);
    const url = await app.getUrl();
    setManagementUrl(url, await app.get(ManagementServer).listen({ port: 0, host: '127.0.0.1' }));
    return url;
  }

  /** Every process of the service; what they used goes on. No session to the database is left. */
  async stopApps(): Promise<void> {
    await Promise.all([...this.apps.splice(0).map((app) => app.close()), this.sessions?.end()]);
    this.sessions = undefined;
  }

  async stop(): Promise<void> {
    await this.stopApps();
    await this.closeRest();
  }

  get url(): string {
    return this.firstUrl;
  }

  /** A token as the stand-in signs them; `undefined` removes a claim. */
  token(subject: string, claims: Readonly<Record<string, unknown>> = {}): string {
    return this.mint.sign(this.standIn, subject, claims);
  }

  /** Calls as this person; as somebody nobody has seen before, if no subject is given. */
  person(subject = newSubject(), claims?: Readonly<Record<string, unknown>>): Api {
    return new Api(this.url, this.token(subject, claims), subject);
  }

  anonymous(): Api {
    return new Api(this.url);
  }

  /** Calls as a machine of the platform's operators. */
  operator(): Api {
    return this.person('operator@clients', { gty: 'client-credentials', permissions: ['platform:admin'] });
  }

  /** Calls as the trusted system that attests payments, with a token it got from the stand-in. */
  async payments(): Promise<Api> {
    const response = await fetch(`${this.standIn.domain}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...PAYMENTS, grant_type: 'client_credentials', audience: this.standIn.audience }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return new Api(this.url, token, `${PAYMENTS.client_id}@clients`);
  }

  /** Runs SQL as the superuser: sees all tenants' rows, and may take privileges away. */
  sql<Row extends QueryResultRow = any>(text: string, values?: unknown[]): Promise<Row[]> {
    this.sessions ??= new SqlSessions(this.database.superuserUrl);
    return this.sessions.sql<Row>(text, values);
  }

  /** A session of the superuser that holds what `statement` locked until it is released. */
  async holding(statement: string, values?: unknown[]): Promise<Held> {
    const client = new Client({ connectionString: this.database.superuserUrl });
    await client.connect();
    await client.query('BEGIN');
    await client.query(statement, values);
    return { release: () => client.end() };
  }

  /** Resolves when at least this many requests wait for a lock. */
  async untilBlocked(sessions = 1): Promise<void> {
    await eventually(async () => {
      const blocked = await this.sql(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND application_name IN ('foothold', 'foothold reads')
           AND wait_event_type = 'Lock' AND query !~ $1`,
        [IN_BACKGROUND],
      );
      return blocked.length >= sessions;
    });
  }
}

export interface Held {
  /** Rolls back, and with that lets everybody go on. */
  release(): Promise<void>;
}

export const newSubject = (): string => `auth0|${randomBytes(12).toString('hex')}`;
