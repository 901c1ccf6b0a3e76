import { createHash, createSecretKey } from 'node:crypto';
import { writeFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readReceipts } from '../../src/admin/erasure/receipt-files.js';
import { MIRROR_SETTINGS } from '../support/mirror-settings.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

const OLD = MIRROR_SETTINGS.ERASURE_KEY;
const NEW = createHash('sha256').update('the next key').digest('base64');
const keyOf = (text: string) => createSecretKey(text, 'base64');

let service: TestService;
let rotated: string;
beforeAll(async () => {
  service = await TestService.start();
  rotated = await service.startAnother({ ERASURE_KEY: NEW, ERASURE_KEY_PREVIOUS: OLD });
});
afterAll(() => service.stop());

test('A17: an erased person is recognised after the erasure key was replaced, and so is their receipt', async () => {
  const [owner, member] = [service.person(), service.person()];
  const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [member.subject]: 'member' } });
  const data = `/v1/tenants/${tenantId}/members/${encodeURIComponent(member.subject)}/data`;
  const { body: before } = await owner.delete(data);
  expect((await member.at(rotated).inTenant(tenantId).view()).body.code).toBe('person_erased');
  const { status, body: after } = await owner.at(rotated).delete(data);
  expect([status, after.receipt.id]).toEqual([200, before.receipt.id]);

  const file = path.join(tmpdir(), `receipts-${tenantId}.ndjson`);
  await writeFile(file, [before, after].map((receipt) => JSON.stringify(receipt)).join('\n'));
  const both = await readReceipts([file], [keyOf(NEW), keyOf(OLD)]);
  expect([both.erasures.length, both.faults]).toEqual([2, []]);
  expect(both.erasures[1]?.person).toBe(both.erasures[0]?.person);
  const newest = await readReceipts([file], [keyOf(NEW)]);
  expect([newest.erasures.length, newest.faults.length]).toEqual([1, 1]);
  await rm(file);
});

test('A17: the start refuses a previous key that is the same', async () => {
  await expect(service.startAnother({ ERASURE_KEY_PREVIOUS: OLD })).rejects.toThrow('ERASURE_KEY_PREVIOUS');
});
