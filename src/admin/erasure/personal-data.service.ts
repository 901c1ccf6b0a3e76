import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { MirrorInspection, type HeldMirror } from '../../auth0-sync/mirror-inspection.js';
import { Problem } from '../../http/problem.js';
import { TenantAdministration } from '../../tenant/administration/tenant-administration.js';
import { MemberRepository } from '../../tenant/members/member.repository.js';
import { PersonalDataRepository, type PersonalRows } from './personal-data.repository.js';

export interface PersonalData {
  readonly subject: string;
  readonly tenant: { readonly id: string; readonly name: string };
  readonly exportedAt: string;
  readonly levels: {
    readonly database: PersonalRows;
    readonly auth0: HeldMirror;
    readonly browser: { readonly instruction: string };
  };
}

const IN_THE_BROWSER =
  'Signed in as this person, on each device, run in the console of the browser: ' +
  'copy(Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith("foothold")))) ' +
  '– it holds what was last confirmed, and what was not sent yet.';

/** What is kept of a person, on every level, for machines to read. */
@Injectable()
export class PersonalDataService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly members: MemberRepository,
    private readonly repository: PersonalDataRepository,
    private readonly mirrors: MirrorInspection,
  ) {}

  /** @throws Problem `member_not_found` */
  async export(caller: Principal, tenantId: string, subject: string): Promise<PersonalData> {
    const stored = await this.administration.run(caller, tenantId, { changes: false }, async (administration) => {
      const { transaction, tenant } = administration;
      if (!(await this.members.find(transaction, subject))) {
        throw new Problem(
          'member_not_found',
          'The tenant has no member with this subject. Data of erased members cannot be exported.',
        );
      }
      const database = await this.repository.rowsOf(transaction, subject);
      await administration.record({ action: 'person_exported', subject });
      return { at: transaction.now(), tenant: { id: tenant.tenant_id, name: tenant.name }, database };
    });
    // After the transaction: a connection of the database must not wait for Auth0.
    const auth0 = await this.mirrors.held(tenantId, subject);
    return {
      subject,
      tenant: stored.tenant,
      exportedAt: stored.at.toISOString(),
      levels: { database: stored.database, auth0, browser: { instruction: IN_THE_BROWSER } },
    };
  }
}
