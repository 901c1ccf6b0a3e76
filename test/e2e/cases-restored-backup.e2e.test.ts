import { createSecretKey } from 'node:crypto';
import { Client } from 'pg';
import { issueReceipt } from '../../src/admin/erasure/receipt.js';
import { personOf } from '../../src/tenant/erasure/person-hash.js';
import { outcomeOf } from '../support/administration.js';
import { CommandLine } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { MIRROR_SETTINGS } from '../support/mirror-settings.js';
import { dataOf, makeBackup, Restored, type Backup } from '../support/restored-backup.js';
import { sql } from '../support/sql.js';
import { verified } from '../support/verified.js';

let backup: Backup;
let restored: Restored;
beforeAll(async () => {
  backup = await makeBackup();
});
beforeEach(async () => {
  restored = await Restored.from(backup);
});
afterEach(() => restored.database.drop());
afterAll(() => backup.close());

const receiptOf = (signed: string): any => JSON.parse(signed).receipt;
const findings = async (): Promise<readonly string[]> => (await verified(restored.database.appUrl)).findings;

const CLEAN = { reapplied: 0, alreadyErased: 0, notFound: 0, faults: [], ownerless: [] };

describe('a backup of before two erasures, restored', () => {
  it('C06: receipts erase the people again, with the original time, so that their old tokens are refused', async () => {
    const { ada, grace, owner, tenantId, receipts } = backup;
    const lineageOf = async (): Promise<string> =>
      (await restored.sql('SELECT lineage FROM foothold.dataset'))[0].lineage;
    const before = await lineageOf();
    const result = await restored.restored([receipts.ada, receipts.grace]);
    expect(result).toMatchObject({ ...CLEAN, reapplied: 2, lineage: await lineageOf() });
    expect(result.lineage).not.toBe(before);

    expect(await findings()).toEqual([]);
    await restored.serving(async (url) => {
      for (const person of [ada, grace]) expect(outcomeOf(await person.at(url).view())).toEqual([410, 'person_erased']);
      const text = await restored.sql(`SELECT coalesce(string_agg(t::text, ''), '') AS rows FROM (
        SELECT p::text FROM foothold.onboarding_progress p UNION ALL SELECT h::text FROM foothold.onboarding_history h
        UNION ALL SELECT a::text FROM foothold.audit a UNION ALL SELECT m::text FROM foothold.member m) t`);
      for (const word of [ada.subject, grace.subject, 'Ada L.', 'Grace H.']) expect(text[0].rows).not.toContain(word);
      const { items } = (await owner.at(url).get(`/v1/tenants/${tenantId}/audit`)).body;
      expect(items.filter(({ action }: any) => action === 'person_erased')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ actor: 'restored', subject: receiptOf(receipts.ada).pseudonym }),
          expect.objectContaining({ actor: 'restored', subject: receiptOf(receipts.grace).pseudonym }),
        ]),
      );
      const again = (await owner.at(url).delete(dataOf(tenantId, ada.subject))).body.receipt;
      const { id, person, pseudonym, erasedAt } = receiptOf(receipts.ada);
      expect(again).toMatchObject({ id, person, pseudonym, erasedAt, levels: { database: 'erased' } });
    });

    const repeated = await restored.restored([receipts.ada, receipts.grace]);
    expect(repeated).toMatchObject({ ...CLEAN, alreadyErased: 2 });
  });

  it('C06: a run that is killed in the middle is repeated, and applies the rest', async () => {
    const { tenantId, receipts, ada, grace } = backup;
    const input = [receipts.ada, receipts.grace].join('\n');
    const lock = `SELECT FROM foothold.member WHERE tenant_id = '${tenantId}' AND subject = '${grace.subject}' FOR UPDATE`;
    const session = new Client({ connectionString: restored.database.superuserUrl });
    await session.connect();
    await session.query(`BEGIN; ${lock}`);
    const command = CommandLine.start('maintenance/restored.cli.js', restored.env, ['--receipts', '-'], input);
    await eventually(async () => !(await restored.subjects()).includes(ada.subject), 60_000);
    command.kill();
    await command.ended();
    await session.end();
    expect(await restored.subjects()).toContain(grace.subject);
    expect(await findings()).toEqual([expect.stringContaining('npm run restored')]);

    expect(await restored.restored([input])).toMatchObject({ ...CLEAN, reapplied: 1, alreadyErased: 1 });
    expect(await findings()).toEqual([]);
  });

  it('C06: a receipt that cannot be applied is named with its line, the others are applied, and nothing is confirmed', async () => {
    const { receipts, ada, grace } = backup;
    const signed = JSON.parse(receipts.ada);
    const changed = JSON.stringify({ ...signed, receipt: { ...signed.receipt, tenantId: crypto.randomUUID() } });
    const newer = JSON.stringify({ ...signed, receipt: { ...signed.receipt, hashVersion: 3 } });
    const { reapplied, faults } = await restored.restored([
      '{"level":"info","msg":"Listening"}',
      receipts.ada.slice(0, 80),
      changed,
      newer,
      `foothold-1  | ${JSON.stringify({ log: JSON.stringify({ level: 'info', ...JSON.parse(receipts.grace) }) })}`,
    ]);
    expect(reapplied).toBe(1);
    expect(faults).toEqual([
      expect.stringMatching(/line 2: .*JSON/),
      expect.stringMatching(/line 3: .*another key than ERASURE_KEY/),
      expect.stringMatching(/line 4: .*hash version 3/),
    ]);
    expect(await restored.subjects()).toContain(ada.subject);
    expect(await restored.subjects()).not.toContain(grace.subject);
    expect(await findings()).toEqual([expect.stringContaining('npm run restored')]);

    const key = { ERASURE_KEY: MIRROR_SETTINGS.MIRROR_SEAL_KEY, MIRROR_SEAL_KEY: MIRROR_SETTINGS.ERASURE_KEY };
    const other = await restored.restored([receipts.ada], key);
    expect(other).toMatchObject({ reapplied: 0, faults: [expect.stringContaining('another key than ERASURE_KEY')] });
  });

  it('C06: receipts of a tenant that is not in the data are named, and still leave tombstones', async () => {
    const { receipts, tenantId } = backup;
    await restored.sql(`TRUNCATE foothold.tenant CASCADE`);
    const { faults } = await restored.restored([receipts.ada]);
    expect(faults).toEqual([expect.stringContaining(`tenant ${tenantId}: it is not in this database`)]);
    const tombstones = `SELECT pseudonym FROM foothold.erased_person`;
    expect(await restored.sql(tombstones)).toEqual(
      await sql(
        backup.service.database.superuserUrl,
        `${tombstones}
      ORDER BY erased_at LIMIT 1`,
      ),
    );
  });

  it('C06: who joined after the backup is not found, and their tokens of before are refused all the same', async () => {
    const { receipts, ada } = backup;
    await restored.sql('DELETE FROM foothold.auth0_mirror WHERE subject = $1', [ada.subject]);
    for (const table of ['membership', 'onboarding_history', 'onboarding_progress', 'member']) {
      await restored.sql(`DELETE FROM foothold.${table} WHERE subject = $1`, [ada.subject]);
    }
    await restored.sql('DELETE FROM foothold.audit WHERE actor = $1', [ada.subject]);
    expect(await restored.restored([receipts.ada])).toMatchObject({ ...CLEAN, notFound: 1 });
    const outcome = await restored.serving(async (url) => outcomeOf(await ada.at(url).view()));
    expect(outcome).toEqual([410, 'person_erased']);
  });

  it('C06: who has come back after the erasure keeps their later life', async () => {
    const { receipts, ada } = backup;
    const later = new Date(Date.parse(receiptOf(receipts.ada).erasedAt) + 1_000);
    await restored.sql('UPDATE foothold.member SET created_at = $2 WHERE subject = $1', [ada.subject, later]);
    expect(await restored.restored([receipts.ada])).toMatchObject({ ...CLEAN, notFound: 1 });
    expect(await restored.subjects()).toContain(ada.subject);
    expect(await findings()).toEqual([]);
    // Also where the tenant erased another person later.
    await restored.restored([receipts.ada, receipts.grace]);
    await restored.sql('UPDATE foothold.erased_person SET erased_at = $2 WHERE pseudonym = $1', [
      receiptOf(receipts.grace).pseudonym,
      new Date(later.getTime() + 1_000),
    ]);
    expect(await findings()).toEqual([]);
  });

  it('C06: of several receipts of one person the last erasure counts, in any order', async () => {
    const { receipts, ada, tenantId } = backup;
    const erasedAt = Date.parse(receiptOf(receipts.ada).erasedAt);
    await restored.sql('UPDATE foothold.member SET created_at = $2 WHERE subject = $1', [
      ada.subject,
      new Date(erasedAt + 1_000),
    ]);
    const erasureKey = createSecretKey(MIRROR_SETTINGS.ERASURE_KEY, 'base64');
    const person = personOf(erasureKey, ada.subject);
    const last = { tenantId, person, pseudonym: 'erased|last', erasedAt: new Date(erasedAt + 2_000) };
    const receiptOfLast = JSON.stringify(issueReceipt(erasureKey, last, new Date()));
    const result = await restored.restored([receipts.ada, receiptOfLast, receipts.ada]);
    expect(result).toMatchObject({ ...CLEAN, reapplied: 1 });
    expect(await restored.subjects()).not.toContain(ada.subject);
    expect(await restored.sql('SELECT pseudonym, erased_at FROM foothold.erased_person')).toEqual([
      { pseudonym: last.pseudonym, erased_at: last.erasedAt },
    ]);
  });

  it('C06: rows that are copied back after the receipts were applied are erased again by the same receipt', async () => {
    const { receipts, ada } = backup;
    expect(await restored.restored([receipts.ada])).toMatchObject({ ...CLEAN, reapplied: 1 });
    await restored.sql(
      `INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
       SELECT tenant_id, $1, role, 'active', created_at, updated_at FROM foothold.member WHERE status = 'erased'`,
      [ada.subject],
    );
    expect(await findings()).toEqual([expect.stringContaining(`member ${ada.subject}`)]);
    expect(await restored.restored([receipts.ada])).toMatchObject({ ...CLEAN, reapplied: 1 });
    expect(await restored.subjects()).not.toContain(ada.subject);
    expect(await findings()).toEqual([]);
  });

  it('C06: a tenant whose last owner is erased again is named', async () => {
    const { receipts, ada, tenantId } = backup;
    await restored.sql(
      `UPDATE foothold.member SET role = CASE subject WHEN $1 THEN 'owner' ELSE 'member' END WHERE tenant_id = $2`,
      [ada.subject, tenantId],
    );
    const { ownerless } = await restored.restored([receipts.ada, receipts.grace]);
    expect(ownerless).toEqual([tenantId]);
  });

  it('C06: the command refuses a file without receipts, and ends with 1 when one cannot be applied', async () => {
    const run = (input: string) => restored.run('maintenance/restored.cli.js', ['--receipts', '-'], input);
    const dataset = () => restored.sql('SELECT lineage, erasures_unconfirmed_since FROM foothold.dataset');
    const before = await dataset();
    const empty = await run('{"level":"info","msg":"Listening"}\n');
    expect([empty.status, empty.stderr]).toEqual([2, expect.stringContaining('there is no receipt in -')]);
    expect(await dataset()).toEqual(before);

    const faulty = await run(`${backup.receipts.grace}\n${backup.receipts.ada.slice(0, 80)}\n`);
    expect([faulty.status, faulty.stdout, faulty.stderr]).toEqual([
      1,
      expect.stringContaining('Erasures that were re-applied: 1;'),
      expect.stringMatching(/line 2: .*JSON[^]*were not applied/),
    ]);
  });
});
