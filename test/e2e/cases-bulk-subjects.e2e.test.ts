import { key, type Api } from '../support/api.js';
import { Bulk } from '../support/bulk.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

const COMPLETE = { step: 'profile', action: 'complete' };

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

interface Named {
  readonly bulk: Bulk;
  readonly tenantId: string;
  /** Active members, none of whom has opened the flow. */
  readonly members: readonly Api[];
  /** A subject that never existed, a member of another tenant, a removed member and an erased one. */
  readonly others: readonly string[];
}

async function named(): Promise<Named> {
  const owner = service.person();
  const [ada, grace, removed, erased] = [newSubject(), newSubject(), newSubject(), newSubject()];
  const elsewhere = service.person();
  await createTenant(service, { members: { [elsewhere.subject]: 'owner' } });
  const tenantId = await createTenant(service, {
    members: {
      [owner.subject]: 'owner',
      ...Object.fromEntries([ada, grace, removed, erased].map((subject) => [subject, 'member'])),
    },
  });
  const member = (subject: string): string => `/v1/tenants/${tenantId}/members/${encodeURIComponent(subject)}`;
  await owner.delete(member(removed));
  await owner.delete(`${member(erased)}/data`);
  return {
    tenantId,
    bulk: new Bulk(owner, tenantId),
    members: [ada, grace].map((subject) => service.person(subject).inTenant(tenantId)),
    others: [newSubject(), elsewhere.subject, removed, erased],
  };
}

const outcomes = async (bulk: Bulk, jobId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await bulk.people(jobId)).body.items.map((item: { subject: string; outcome: string }) => [
      item.subject,
      item.outcome,
    ]),
  );

const NONE = { applied: 0, noOp: 0, movedSince: 0, refused: 0, notAMember: 0, notMatched: 0, reasons: {} };

describe('a bulk job with named subjects', () => {
  it('C11: names every subject that is no active member, the same way whatever the reason', async () => {
    const { bulk, others } = await named();
    const job = await bulk.run({ ...COMPLETE, where: { subjects: others } });
    expect(job.status).toBe('completed');
    expect(job.counts).toEqual({ ...NONE, examined: 4, notAMember: 4 });
    const { items } = (await bulk.people(job.id, '?outcome=not_a_member')).body;
    expect(items).toEqual([...others].sort().map((subject) => ({ subject, outcome: 'not_a_member', why: null })));
  });

  it('C11: counts add up to the named subjects, each counted once, in a dry run and in a real one', async () => {
    const { bulk, members, others } = await named();
    const [ada, grace] = members as [Api, Api];
    await ada.move({ step: 'profile', action: 'save', data: { displayName: 'Ada' } }, key(), 'member_tour');
    const subjects = [ada.subject, grace.subject, ...others];
    const where = { subjects: [...subjects, ada.subject, others[0]], status: 'not_started' };
    for (const dryRun of [true, false]) {
      const job = await bulk.run({ ...COMPLETE, where, dryRun });
      expect(job.where).toEqual({ subjects, status: 'not_started' });
      expect(job.counts).toEqual({ ...NONE, examined: 6, applied: 1, notAMember: 4, notMatched: 1 });
      expect(await outcomes(bulk, job.id)).toEqual({
        [grace.subject]: 'applied',
        ...Object.fromEntries(others.map((subject) => [subject, 'not_a_member'])),
      });
    }
  });

  it('C11: notMatched explains the rest of a job without named subjects, too', async () => {
    const { bulk, members } = await named();
    await members[0]!.move(COMPLETE, key(), 'member_tour');
    const job = await bulk.run({ ...COMPLETE, where: { status: 'not_started' } });
    expect(job.counts).toEqual({ ...NONE, examined: 3, applied: 2, notMatched: 1 });
  });

  it('C11: a job that is resumed in the middle of a page counts every subject once', async () => {
    const { bulk, members, others, tenantId } = await named();
    const subjects = [...members.map(({ subject }) => subject), ...others];
    const { body: job } = await bulk.start({ ...COMPLETE, where: { subjects, status: 'not_started' } });
    await bulk.ended(job.id);
    // As if the process had been killed before it could say that the page was done.
    await service.sql(
      `UPDATE foothold.bulk_job SET status = 'running', cursor = '', examined = 0, not_matched = 0, ended_at = NULL
       WHERE job_id = $1`,
      [job.id],
    );
    await service.sql(
      `SELECT graphile_worker.add_job('bulk', json_build_object('tenantId', $1::text, 'jobId', $2::text))`,
      [tenantId, job.id],
    );
    const resumed = await bulk.ended(job.id);
    expect(resumed.counts).toEqual({ ...NONE, examined: 6, applied: 2, notAMember: 4 });
  });

  it('C11: an undo takes back what was applied and ignores the rest', async () => {
    const { bulk, members, others } = await named();
    const subjects = [...members.map(({ subject }) => subject), ...others];
    const job = await bulk.run({ ...COMPLETE, where: { subjects } });
    const undo = await bulk.ended((await bulk.undo(job.id)).body.id);
    expect(undo.counts).toEqual({ ...NONE, examined: 2, applied: 2 });
  });

  it('C11: a member who is removed before their turn is no member, whether they were named or not', async () => {
    const { bulk, members } = await named();
    const job = await bulk.run({ ...COMPLETE });
    const [ada] = members as [Api];
    await service.sql(`UPDATE foothold.member SET status = 'removed' WHERE subject = $1`, [ada.subject]);
    const undo = await bulk.ended((await bulk.undo(job.id)).body.id);
    expect(undo.counts).toEqual({ ...NONE, examined: 3, applied: 2, notAMember: 1 });
  });
});
