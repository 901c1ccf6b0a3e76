import { Logger } from '@nestjs/common';
import { examine } from '../../../../src/doctor/examine.js';
import type { Failed, Finding } from '../../../../src/doctor/finding.js';
import { demoSubject } from '../../../../src/local/demo-people.js';
import type { StandIn } from '../../../../src/local/stand-in/stand-in.js';
import { AlteredAuth0 } from '../../../support/altered-auth0.js';
import { createTestDatabase, type TestDatabase } from '../../../support/database.js';
import { MIRROR_SETTINGS } from '../../../support/mirror-settings.js';
import { removeStandIns, runStandIn } from '../../local/support/stand-in-lab.js';

/** A person whose metadata may be tried. */
export const ADA = demoSubject('ada@acme.example');
/** Nothing listens there, and `fetch` goes there all the same. */
export const CLOSED_PORT = 2;

/** What is to be matched in a list of texts. */
export const says = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

export const failuresOf = (findings: readonly Finding[]): Failed[] =>
  findings.filter((finding): finding is Failed => finding.status === 'failed');

/** A right set-up, every part of which can be made wrong. */
export class DoctorLab {
  private constructor(
    readonly database: TestDatabase,
    readonly standIn: StandIn,
    /** The canonical domain: the stand-in behind something that can change its answers. */
    readonly auth0: AlteredAuth0,
    readonly env: Readonly<NodeJS.ProcessEnv>,
  ) {}

  static async open(): Promise<DoctorLab> {
    Logger.overrideLogger(false);
    const [standIn, database] = await Promise.all([runStandIn({ ratePlan: 'enterprise' }), createTestDatabase()]);
    const auth0 = await AlteredAuth0.start(standIn.domain);
    return new DoctorLab(database, standIn, auth0, {
      DATABASE_URL: database.appUrl,
      DATABASE_MIGRATION_URL: database.migrationUrl,
      AUTH0_DOMAIN: auth0.domain,
      AUTH0_CUSTOM_DOMAINS: standIn.customDomain,
      AUTH0_AUDIENCE: standIn.audience,
      ...MIRROR_SETTINGS,
    });
  }

  async close(): Promise<void> {
    await this.auth0.stop();
    await removeStandIns();
    await this.database.drop();
  }

  examined(changes: NodeJS.ProcessEnv = {}, user?: string): Promise<Finding[]> {
    return examine({ source: { ...this.env, ...changes }, user });
  }

  /** Exactly one check fails; returned as its name, what was found, and what to change. */
  async theFault(changes?: NodeJS.ProcessEnv, user?: string): Promise<[string, string, string]> {
    const failures = failuresOf(await this.examined(changes, user));
    expect(failures).toHaveLength(1);
    const [{ check, found, summary, change }] = failures as [Failed];
    return [check, found ?? summary, change];
  }
}
