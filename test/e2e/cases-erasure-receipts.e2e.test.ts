import { createHmac } from 'node:crypto';
import { BuiltService } from '../support/built-service.js';
import { MIRROR_SETTINGS } from '../support/mirror-settings.js';
import { dataOf, makeBackup, Restored, type Backup } from '../support/restored-backup.js';
import { createTenant } from '../support/tenants.js';
import { verified } from '../support/verified.js';
import { managementUrlOf } from '../support/management.js';

let backup: Backup;
beforeAll(async () => {
  backup = await makeBackup();
});
afterAll(() => backup.close());

const keyed = (text: string): string =>
  createHmac('sha256', Buffer.from(MIRROR_SETTINGS.ERASURE_KEY, 'base64')).update(text).digest('base64url');
const lines = (text: string): any[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

async function inRestored(work: (restored: Restored) => Promise<void>): Promise<void> {
  const restored = await Restored.from(backup);
  await work(restored).finally(() => restored.database.drop());
}

describe('receipts of erasures', () => {
  it('C06: the receipts command prints what the answers said, and `restored` applies it', async () => {
    const printed = await Restored.commandAt(backup, 'maintenance/receipts.cli.js');
    expect(printed.status).toBe(0);
    const answers = [backup.receipts.ada, backup.receipts.grace].map((text) => JSON.parse(text).receipt);
    expect(lines(printed.stdout).map(({ receipt: { issuedAt: _, ...receipt } }) => receipt)).toEqual(
      answers.map(({ issuedAt: _, levels: __, ...receipt }) => receipt),
    );
    await inRestored(async (restored) => {
      expect(await restored.restored([printed.stdout])).toMatchObject({ reapplied: 2, faults: [] });
    });
  });

  it('C06: one line of the log is the receipt, and it names neither the person nor the hash of the tombstone', async () => {
    const { service } = backup;
    const person = service.person();
    const tenantId = await createTenant(service, { members: { [person.subject]: 'member' } });
    const other = await createTenant(service, { members: { [person.subject]: 'member' } });
    const built = await BuiltService.start({ ...service.env, LOG_LEVEL: 'info' });
    const operator = service.operator().at(built.url);
    const { body } = await operator.delete(dataOf(tenantId, person.subject));
    const elsewhere = (await operator.delete(dataOf(other, person.subject))).body;
    built.signal('SIGTERM');
    await built.ended();
    expect(lines(built.log)).toContainEqual(
      expect.objectContaining({ receipt: body.receipt, signature: body.signature }),
    );
    expect(built.log).not.toContain(person.subject);
    const tombstone = keyed(`foothold person\n${person.subject}`);
    expect(built.log).not.toContain(tombstone);
    // The same person cannot be linked across tenants.
    expect(body.receipt.person).not.toBe(elsewhere.receipt.person);
    expect(body.receipt.tombstone).not.toBe(elsewhere.receipt.tombstone);
    expect(body.receipt.hashVersion).toBe(2);
  });

  it('C06: receipts in the format of before are applied, too', async () => {
    const { tenantId, ada } = backup;
    const { pseudonym, erasedAt, issuedAt, levels } = JSON.parse(backup.receipts.ada).receipt;
    const receipt = {
      tenantId,
      person: keyed(`foothold person\n${ada.subject}`),
      pseudonym,
      erasedAt,
      issuedAt,
      levels,
    };
    const signed = JSON.stringify({ receipt, signature: keyed(JSON.stringify(receipt)), auth0Trouble: null });
    await inRestored(async (restored) => {
      expect(await restored.restored([signed])).toMatchObject({ reapplied: 1, faults: [] });
      expect(await restored.subjects()).not.toContain(ada.subject);
    });
  });

  it('C06: verify names an erased person whose data is back', async () => {
    await inRestored(async (restored) => {
      await restored.restored([backup.receipts.ada]);
      // As if rows had been copied back by hand.
      await restored.sql(`UPDATE foothold.erased_person SET person = $1`, [
        keyed(`foothold person\n${backup.grace.subject}`),
      ]);
      const back = `member ${backup.grace.subject} of tenant ${backup.tenantId}: was erased`;
      expect((await verified(restored.database.appUrl)).findings).toEqual([expect.stringContaining(back)]);
      const keyless = await restored.run('maintenance/verify.cli.js', [], '', { ERASURE_KEY: '' });
      expect([keyless.status, keyless.stderr]).toEqual([1, expect.stringContaining('ERASURE_KEY is missing')]);
    });
  });

  it('C06: data that moved to another cluster says in health that erasures may be missing, until `restored` ran', async () => {
    await inRestored(async (restored) => {
      await restored.sql('UPDATE foothold.dataset SET timeline = timeline + 1');
      const erasures = (): Promise<any> =>
        restored.serving(async (url) => {
          const { status, erasures: level } = await (await fetch(`${managementUrlOf(url)}/health`)).json();
          return { status, erasures: level };
        });
      expect(await erasures()).toEqual({
        status: 'degraded',
        erasures: {
          status: 'degraded',
          unconfirmedSince: expect.any(String),
          detail: expect.stringContaining('npm run restored'),
        },
      });
      expect((await erasures()).erasures.status).toBe('degraded');
      expect((await restored.restored([backup.receipts.ada])).faults).toEqual([]);
      expect((await erasures()).erasures).toEqual({ status: 'up', unconfirmedSince: null, detail: null });
    });
  });
});
