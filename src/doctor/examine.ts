import { checkApplication, noApplication } from './auth0-application.checks.js';
import { checkDomains } from './auth0-domain.checks.js';
import { checkMetadata } from './auth0-metadata.check.js';
import { checkDatabase } from './database.checks.js';
import { checkExposure } from './exposure.checks.js';
import { failed, type Finding } from './finding.js';
import { checkSettings } from './settings.checks.js';
import type { Env } from '../config/env.js';

export interface Examination {
  /** The environment, if not that of this process. */
  readonly source?: NodeJS.ProcessEnv;
  /** Id of a person whose metadata may be written for a moment. */
  readonly user?: string;
}

/**
 * Looks at everything that the settings make reachable, however many of them are wrong. Changes nothing that it does not
 * put back.
 */
export async function examine({ source, user }: Examination): Promise<Finding[]> {
  const { values, findings } = checkSettings(source);
  const [auth0, database] = await Promise.all([
    orFault('auth0', () => checkAuth0(values, user)),
    orFault('database', () => checkDatabase(values)),
  ]);
  return [...findings, ...checkExposure(values), ...auth0, ...database];
}

async function checkAuth0(env: Partial<Env>, user: string | undefined): Promise<Finding[]> {
  const domains = await checkDomains(env);
  const { findings, token } =
    env.AUTH0_DOMAIN && !domains.canonicalAnswers
      ? noApplication('There is no Auth0 at AUTH0_DOMAIN to ask')
      : await checkApplication(env);
  return [...domains.findings, ...findings, await checkMetadata(env, token, user)];
}

/** What cannot even be asked is a finding, too. */
async function orFault(check: string, work: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work();
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return [
      failed(check, 'It was not possible to look further', { found, expected: 'an answer', change: 'the network' }),
    ];
  }
}
