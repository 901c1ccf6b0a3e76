import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work.js';

/** Whoever comes for the first time to a tenant that has progress gets a mirror of it. */
const STORE = {
  name: 'sightings_store',
  text: `
    INSERT INTO foothold.auth0_mirror AS m (tenant_id, subject, wanted, due_at, seen_at)
    SELECT member.tenant_id, member.subject, 0, (SELECT $3::timestamptz FROM foothold.auth0_mirror_tenant t WHERE t.tenant_id = $1), $3
    FROM foothold.member WHERE member.tenant_id = $1 AND member.subject = ANY($2::text[])
    ORDER BY member.subject
    ON CONFLICT (tenant_id, subject) DO UPDATE SET seen_at = $3`,
};

@Injectable()
export class SightingRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async store(tenantId: string, subjects: readonly string[]): Promise<void> {
    await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query(STORE, [tenantId, subjects, transaction.now()]),
    );
  }
}
