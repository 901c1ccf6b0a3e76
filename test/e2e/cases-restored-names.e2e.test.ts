import { randomUUID } from 'node:crypto';
import { makeBackup, Restored, type Backup } from '../support/restored-backup.js';

const PERSONAL = ['member', 'membership', 'onboarding_progress', 'onboarding_history'];

/** Rows of a backup that name a person who joined only after it was made. */
const NAMED: ReadonlyArray<readonly [where: string, insert: string]> = [
  [
    'the audit log, as the caller',
    `INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, detail, recorded_at)
     VALUES ($1, $3, $2, 'tenant_probed', '{}', now() - interval '1 day')`,
  ],
  [
    'the audit log, as the person it was done to',
    `INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, subject, detail, recorded_at)
     VALUES ($1, $3, 'operator', 'member_removed', $2, '{}', now() - interval '1 day')`,
  ],
  [
    'the audit log, as the one who acted',
    `INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, detail, recorded_at, impersonator)
     VALUES ($1, $3, 'operator', 'tenant_renamed', '{}', now() - interval '1 day', $2)`,
  ],
  [
    'the history of another, as the one who acted',
    `UPDATE foothold.onboarding_history SET impersonator = $2 WHERE tenant_id = $1 AND subject <> $2 AND $3 <> ''`,
  ],
  [
    'a case',
    `INSERT INTO foothold.mirror_case (tenant_id, subject, case_id, status, found, raised_at)
     VALUES ($1, $2, $3, 'open', '{}', now() - interval '1 day')`,
  ],
  [
    'a bulk job',
    `WITH job AS (
       INSERT INTO foothold.bulk_job
         (tenant_id, job_id, flow_key, people, step, action, reason, dry_run, status, created_by, created_at)
       VALUES ($1, $3, 'member_tour', '{}', 'profile', 'start', 'Asked', false, 'completed', 'operator', now() - interval '1 day'))
     INSERT INTO foothold.bulk_item (tenant_id, job_id, subject, outcome) VALUES ($1, $3, $2, 'not_a_member')`,
  ],
];

const ALL = [...PERSONAL, 'audit', 'mirror_case', 'bulk_item', 'bulk_job', 'invitation'];

let backup: Backup;
let restored: Restored;
beforeAll(async () => {
  backup = await makeBackup();
  restored = await Restored.from(backup);
  const { ada } = backup;
  for (const table of PERSONAL) await restored.sql(`DELETE FROM foothold.${table} WHERE subject = $1`, [ada.subject]);
  await restored.sql('DELETE FROM foothold.audit WHERE actor = $1', [ada.subject]);
  await restored.sql('DELETE FROM foothold.invitation WHERE accepted_by = $1', [ada.subject]);
});
afterAll(async () => {
  await restored.database.drop();
  await backup.close();
});

/** Tables that name the person. */
async function traces(): Promise<string[]> {
  const rows = ALL.map(
    (table) => `SELECT '${table}' AS name FROM foothold.${table} t WHERE position($1 IN t::text) > 0`,
  );
  return (await restored.sql(rows.join(' UNION ALL '), [backup.ada.subject])).map(({ name }) => name);
}

it.each(NAMED)('C06: a person whom a backup names only in %s is erased there', async (_, insert) => {
  const { ada, tenantId, receipts } = backup;
  expect(await traces()).toEqual([]);
  await restored.sql(insert, [tenantId, ada.subject, randomUUID()]);
  expect(await traces()).not.toEqual([]);

  expect(await restored.restored([receipts.ada])).toMatchObject({ reapplied: 1, notFound: 0, faults: [] });
  expect(await traces()).toEqual([]);
});
