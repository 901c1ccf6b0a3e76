import { managementUrlOf } from '../config/auth0-domain.js';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Env } from '../config/env.js';
import type { MetadataField } from '../config/metadata-field.js';
import { callAuth0, type Auth0Answer, type Auth0Call } from './auth0-call.js';
import { failed, ok, skipped, type Finding } from './finding.js';
import type { MachineToken } from './machine-token.js';

const CHECK = 'auth0.metadata';
/** Not the name of a mirror, so that neither the service nor the Action takes it for one. */
const ENTRY = 'doctor_of_foothold';
/** The smallest plan gives a token every half second, and the service may be spending them too. */
const RATE_LIMIT = { waitMs: 1_000, tries: 20 } as const;

type Metadata = Readonly<Record<string, unknown>>;

/**
 * Writes an entry into a person's metadata, reads it back and takes it away again, as the service does with mirrors.
 * Everything else that is there stays as it was, which is checked as well.
 */
export async function checkMetadata(
  { AUTH0_DOMAIN: domain, AUTH0_METADATA: field = 'app_metadata' }: Partial<Env>,
  token: MachineToken | undefined,
  user: string | undefined,
): Promise<Finding> {
  if (!user) return skipped(CHECK, 'Name a test person to have it tried: npm run doctor -- --user "auth0|…"');
  if (!domain || !token) return skipped(CHECK, 'There is no token for the Management API');
  const profile = new Profile(`${managementUrlOf(domain)}/users/${encodeURIComponent(user)}`, token.token, field);
  try {
    const before = without(await profile.read());
    const value = { at: new Date().toISOString(), nonce: randomUUID() };
    await profile.write({ [ENTRY]: value });
    const during = await profile.read().finally(() => profile.removeEntry());
    const after = await profile.read();
    return judge(user, field, { before, value, during, after });
  } catch (error) {
    if (error instanceof Refused) return refusal(error.answer, user, field);
    if (error instanceof LeftBehind) return leftBehind(error, user, field);
    throw error;
  }
}

interface RoundTrip {
  readonly before: Metadata;
  readonly value: unknown;
  readonly during: Metadata;
  readonly after: Metadata;
}

function judge(user: string, field: MetadataField, { before, value, during, after }: RoundTrip): Finding {
  const what = `${field} of ${user}`;
  if (!isDeepStrictEqual(during[ENTRY], value)) {
    return failed(CHECK, `What is written into ${what} does not come back as it was`, {
      found: JSON.stringify(during[ENTRY]) ?? 'nothing',
      expected: JSON.stringify(value),
      change: 'whatever else writes there: Actions and other applications of the tenant',
    });
  }
  if (ENTRY in after || !isDeepStrictEqual(without(during), before) || !isDeepStrictEqual(after, before)) {
    return failed(CHECK, `Other entries in ${what} changed when one was written and removed`, {
      found: namesIn(after),
      expected: namesIn(before),
      change: 'whatever else writes there: Actions and other applications of the tenant',
    });
  }
  return ok(CHECK, `An entry in ${what} was written, read back and removed; the rest is as it was`);
}

function refusal({ status, told }: Auth0Answer, user: string, field: MetadataField): Finding {
  const summary = `The ${field} of ${user} cannot be read and written`;
  const what = { found: told, expected: 'status 200' };
  if (status === 404) return failed(CHECK, summary, { ...what, change: `--user: the tenant has no person "${user}"` });
  if (status === 400) return failed(CHECK, summary, { ...what, change: '--user: a user id such as auth0|65f…' });
  if (status === 429)
    return failed(CHECK, summary, { ...what, change: 'nothing: the rate limit is used up, try again' });
  return failed(CHECK, summary, { ...what, change: 'the scopes of the application, see auth0.scopes' });
}

function leftBehind({ message: found }: LeftBehind, user: string, field: MetadataField): Finding {
  return failed(CHECK, `An entry was written into the ${field} of ${user} and could not be removed`, {
    found,
    expected: `no entry ${ENTRY}`,
    change: `remove it, in Auth0 under User Management → Users, or by running this again`,
  });
}

const without = ({ [ENTRY]: _entry, ...others }: Metadata): Metadata => others;

const namesIn = (metadata: Metadata): string => `entries ${Object.keys(metadata).sort().join(', ') || 'none'}`;

/** Auth0 refused a call. */
class Refused extends Error {
  constructor(readonly answer: Auth0Answer) {
    super(answer.told);
  }
}

/** The doctor's own entry may still be there. */
class LeftBehind extends Error {}

/** One person's metadata. Its methods throw {@link Refused} where they say nothing else. */
class Profile {
  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly field: MetadataField,
  ) {}

  async read(): Promise<Metadata> {
    const { body } = await this.call(`${this.url}?fields=${this.field}&include_fields=true`, {});
    return (body[this.field] ?? {}) as Metadata;
  }

  async write(change: Metadata): Promise<void> {
    await this.call(this.url, { method: 'PATCH', body: { [this.field]: change } });
  }

  /** @throws LeftBehind whatever the reason */
  async removeEntry(): Promise<void> {
    try {
      await this.write({ [ENTRY]: null });
    } catch (error) {
      throw new LeftBehind((error as Error).message, { cause: error });
    }
  }

  /** Waits while the rate limit is used up, above all so that nothing is left behind for it. */
  private async call(url: string, call: Auth0Call): Promise<Auth0Answer> {
    for (let tries = 1; ; tries++) {
      const answer = await callAuth0(url, { ...call, token: this.token });
      if (answer.status === 200) return answer;
      if (answer.status !== 429 || tries === RATE_LIMIT.tries) throw new Refused(answer);
      await sleep(RATE_LIMIT.waitMs);
    }
  }
}
