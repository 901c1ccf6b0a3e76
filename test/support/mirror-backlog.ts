import { randomUUID } from 'node:crypto';
import { newSubject, type TestService } from './service.js';

/** So many members of one tenant whose mirrors are due, and were sent before under this lineage: one call each. */
export async function queueMirrors(service: TestService, count: number): Promise<string[]> {
  const tenantId = randomUUID();
  const subjects = Array.from({ length: count }, () => newSubject());
  await service.standIn.people.import(subjects.map((id) => ({ id })));
  await service.sql(`INSERT INTO foothold.tenant VALUES ($1, 'Backlog', 'active', now(), now())`, [tenantId]);
  await service.sql(
    `WITH person AS (SELECT unnest($2::text[]) AS subject), member AS (
       INSERT INTO foothold.member SELECT $1::uuid, subject, 'member', 'active', now(), now() FROM person
     ), directory AS (
       INSERT INTO foothold.membership SELECT subject, $1::uuid, 'member', 'active' FROM person
     ), progress AS (
       INSERT INTO foothold.onboarding_progress (tenant_id, flow_key, subject, flow_version, steps, data, revision, updated_at)
       SELECT $1, 'member_tour', subject, 1, '{}', '{}', 0, now() FROM person
     )
     INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, due_at, lineage)
     SELECT $1, subject, 1, now(), d.lineage FROM person, foothold.dataset d`,
    [tenantId, subjects],
  );
  return subjects;
}

export interface Drain {
  readonly sent: number;
  readonly refused: number;
  /** From the first call to the last. */
  readonly seconds: number;
}

/** What the stand-in was asked for since its log was cleared. */
export function drainOf({ standIn }: TestService): Drain {
  const writes = standIn.requests.list('write_user');
  const times = writes.map(({ time }) => new Date(time).getTime());
  return {
    sent: writes.filter(({ status }) => status === 200).length,
    refused: standIn.requests.list().filter(({ status }) => status === 429).length,
    seconds: (Math.max(...times) - Math.min(...times)) / 1000,
  };
}
