import type { Api } from './api.js';
import { eventually } from './eventually.js';
import { newSubject, TestService, type ServiceOptions } from './service.js';
import { TcpProxy } from './tcp-proxy.js';
import { managementUrlOf } from './management.js';

/** The service with an Auth0 that can be broken, and a database that can be taken away. */
export class MirrorLab {
  constructor(
    readonly service: TestService,
    private readonly proxy: TcpProxy,
  ) {}

  /** Somebody whom Auth0 knows. */
  person(claims?: Readonly<Record<string, unknown>>): Api {
    const subject = newSubject();
    void this.service.standIn.people.import([{ id: subject }]);
    return this.service.person(subject, claims);
  }

  metadataOf(subject: string): Record<string, any> {
    return { ...this.service.standIn.people.get(subject)?.appMetadata };
  }

  /** Resolves when nothing is due any more, each mirror sent in its own time. */
  async untilMirroredInTime(longestMs = 60_000): Promise<void> {
    await eventually(async () => {
      const rows = await this.service.sql(
        'SELECT FROM foothold.auth0_mirror WHERE due_at IS NOT NULL UNION ALL SELECT FROM foothold.auth0_mirror_tenant WHERE due_at IS NOT NULL',
      );
      return rows.length === 0;
    }, longestMs);
  }

  /** The same, with what waits to be sent together with what follows sent now. */
  async untilMirrored(): Promise<void> {
    await this.service.sql(
      `UPDATE foothold.auth0_mirror SET due_at = now()
       WHERE due_at > now() AND leased_until IS NULL AND attempts = 0 AND pending_check IS NULL`,
    );
    await this.service.sql('UPDATE foothold.auth0_mirror_tenant SET due_at = now() WHERE due_at > now()');
    // Idle workers look seldom until they hear of a change.
    await this.service.sql(`SELECT pg_notify('foothold_changes', 'test')`);
    await this.untilMirroredInTime();
  }

  /** No connection to the database goes through, and the service has noticed. */
  async databaseDown(url = this.service.url): Promise<void> {
    await this.proxy.refuse();
    await eventually(async () => (await health(url)).database.circuit !== 'closed');
  }

  async databaseUp(url = this.service.url): Promise<void> {
    await this.proxy.accept();
    await eventually(async () => (await health(url)).database.circuit === 'closed');
  }

  async close(): Promise<void> {
    await this.service.stop();
    await this.proxy.close();
  }
}

async function health(url: string): Promise<any> {
  const response = await fetch(`${managementUrlOf(url)}/health`);
  return response.json();
}

export async function mirrorLab({ env, prepare, ...options }: ServiceOptions = {}): Promise<MirrorLab> {
  const settings: NodeJS.ProcessEnv = { AUTH0_RATE_PLAN: 'enterprise', ...env };
  let proxy!: TcpProxy;
  const service = await TestService.start({
    ...options,
    env: settings,
    prepare: async (database) => {
      await prepare?.(database);
      proxy = await TcpProxy.open(database.appUrl);
      settings['DATABASE_URL'] = proxy.urlOf(database.appUrl);
    },
  });
  return new MirrorLab(service, proxy);
}
