import { outcomeOf } from '../support/administration.js';
import { key, type Api } from '../support/api.js';
import { Bulk } from '../support/bulk.js';
import { eventually } from '../support/eventually.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { tracesOf } from '../support/traces.js';
import { statusesOf } from '../support/workspace.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

/** Of members, and the parts that they are of. */
const POSITIONS = `SELECT FROM foothold.onboarding_position q JOIN foothold.onboarding_progress p
    USING (tenant_id, flow_key, subject) WHERE q.tenant_id = $1`;

interface Seat {
  readonly tenantId: string;
  readonly bulk: Bulk;
  readonly people: Api[];
}

/** A tenant with three members, and its owner's way to bulk jobs. The first has begun, the second has nothing yet. */
async function seat(): Promise<Seat> {
  const owner = service.person();
  const subjects = [newSubject(), newSubject(), newSubject()].sort();
  const members = Object.fromEntries(subjects.map((subject) => [subject, 'member' as const]));
  const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', ...members } });
  const people = subjects.map((subject) => service.person(subject).inTenant(tenantId));
  await people[0]!.move({ step: 'profile', action: 'save', data: { displayName: 'Ada' } }, key(), 'member_tour');
  await people[2]!.move({ step: 'profile', action: 'complete' }, key(), 'member_tour');
  return { tenantId, bulk: new Bulk(owner, tenantId), people };
}

const statusOf = async (person: Api, step: string): Promise<string | undefined> =>
  statusesOf((await person.view('member_tour')).body)[step];

describe('a bulk job', () => {
  it('moves whom it means, tells what became of each, and is in the history and in the audit', async () => {
    const { bulk, people } = await seat();
    const subjects = people.map(({ subject }) => subject);
    const job = await bulk.run({ where: { subjects }, step: 'profile', action: 'complete' });
    expect(job).toMatchObject({ status: 'completed', dryRun: false, lastError: null });
    expect(job.counts).toEqual({
      examined: 3,
      applied: 2,
      noOp: 1,
      movedSince: 0,
      refused: 0,
      notAMember: 0,
      notMatched: 0,
      reasons: {},
    });
    const { items } = (await bulk.people(job.id)).body;
    expect(items.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['applied', 'applied', 'no_op']);
    for (const person of people) expect(await statusOf(person, 'profile')).toBe('completed');
    const [entry] = (await people[1]!.history('', 'member_tour')).body.items;
    expect(entry).toMatchObject({ action: 'complete', actorKind: 'admin', reason: 'They told us' });
  });

  it('means those who are at a step, or have come so far', async () => {
    const { bulk, people } = await seat();
    const skip = { step: 'invite_teammates', action: 'skip', dryRun: true };
    const atFirst = await bulk.run({ ...skip, where: { step: 'First-Project' } });
    expect((await bulk.people(atFirst.id)).body.items).toEqual([
      { subject: people[2]!.subject, outcome: 'applied', why: null },
    ]);
    const begun = await bulk.run({ ...skip, where: { status: 'not_started' } });
    expect(begun.counts).toMatchObject({ examined: 4, refused: 2, reasons: { step_blocked: 2 } });
  });

  it('means those who are stuck, as the list of people has them, and who still are', async () => {
    const { bulk, people, tenantId } = await seat();
    const listed = async () => (await service.sql(`${POSITIONS} AND q.revision = p.revision`, [tenantId])).length;
    await eventually(async () => (await listed()) === 2);
    await service.sql(
      `UPDATE foothold.onboarding_position SET since = now() - interval '8 days' WHERE tenant_id = $1`,
      [tenantId],
    );
    const meant = async (where: object): Promise<string[]> => {
      const job = await bulk.run({ step: 'profile', action: 'start', dryRun: true, where });
      expect(job.where).toEqual(where);
      return (await bulk.people(job.id)).body.items.map(({ subject }: { subject: string }) => subject);
    };
    expect(await meant({ stuckFor: 'P1W' })).toEqual([people[0]!.subject, people[2]!.subject]);
    expect(await meant({ stuckFor: 'P1W', step: 'profile' })).toEqual([people[0]!.subject]);
    expect(await meant({ stuckFor: 'P9D' })).toEqual([]);

    // The list follows later: it has them where they were.
    const held = await service.holding('LOCK TABLE foothold.rollup_claim IN ACCESS EXCLUSIVE MODE');
    try {
      await people[0]!.move({ step: 'profile', action: 'complete' }, key(), 'member_tour');
      expect(await meant({ stuckFor: 'P1W' })).toEqual([people[2]!.subject]);
    } finally {
      await held.release();
    }
  });

  it('changes nothing when it is only tried', async () => {
    const { bulk, people, tenantId } = await seat();
    const progress = () =>
      service.sql(
        `SELECT subject, revision, steps, data, updated_at FROM foothold.onboarding_progress
         WHERE tenant_id = $1 AND revision > 0 ORDER BY subject`,
        [tenantId],
      );
    const before = await progress();
    const job = await bulk.run({ step: 'profile', action: 'complete', dryRun: true });
    expect(job.counts).toMatchObject({ examined: 4, applied: 3, noOp: 1 });
    expect(await progress()).toEqual(before);
    expect(await statusOf(people[0]!, 'profile')).not.toBe('completed');
    expect(outcomeOf(await bulk.undo(job.id))).toEqual([409, 'job_not_undoable']);
  });

  it('is taken back for everybody but those who have moved on since, once', async () => {
    const { bulk, people } = await seat();
    const before = await Promise.all(people.map(async (person) => (await person.view('member_tour')).body.steps));
    const job = await bulk.run({ step: 'profile', action: 'complete' });
    await people[1]!.move({ step: 'first_project', action: 'start' }, key(), 'member_tour');
    const { body: undo } = await bulk.undo(job.id);
    const ended = await bulk.ended(undo.id);
    expect(ended).toMatchObject({ status: 'completed', undoes: job.id, reason: 'That was wrong' });
    expect(ended.counts).toMatchObject({ examined: 3, applied: 2, movedSince: 1 });
    expect((await bulk.people(undo.id, '?outcome=moved_since')).body.items).toEqual([
      { subject: people[1]!.subject, outcome: 'moved_since', why: null },
    ]);
    expect((await people[0]!.view('member_tour')).body.steps).toEqual(before[0]);
    expect((await people[2]!.view('member_tour')).body.steps).toEqual(before[2]);
    expect(await statusOf(people[1]!, 'first_project')).toBe('in_progress');
    expect((await bulk.undo(job.id)).body.id).toBe(undo.id);
    expect(outcomeOf(await bulk.undo(undo.id))).toEqual([409, 'job_not_undoable']);
  });

  it('can be cancelled, and says so', async () => {
    const { bulk } = await seat();
    const lock = await service.holding('LOCK TABLE foothold.onboarding_progress IN ACCESS EXCLUSIVE MODE');
    const { body: job } = await bulk.start({ step: 'profile', action: 'complete' });
    const { body: cancelled } = await bulk.cancel(job.id);
    await lock.release();
    expect(cancelled.status).toBe('cancelled');
    // Whoever was being moved just then is counted later.
    const { id, status, endedAt } = cancelled;
    expect((await bulk.cancel(job.id)).body).toMatchObject({ id, status, endedAt });
  });

  it('is refused when it means no step of single members, or nobody may', async () => {
    const { bulk, people, tenantId } = await seat();
    const start = async (body: object) => outcomeOf(await bulk.start(body));
    expect(await start({ step: 'nowhere', action: 'complete' })).toEqual([422, 'invalid_request']);
    expect(await start({ step: 'profile', action: 'complete', where: { role: 'x' } })).toEqual([
      422,
      'invalid_request',
    ]);
    expect(await start({ step: 'profile', action: 'complete', where: { stuckFor: 'P1M' } })).toEqual([
      422,
      'invalid_request',
    ]);
    expect(await start({ step: 'profile', action: 'complete', reason: ' ' })).toEqual([422, 'invalid_request']);
    const workspace = new Bulk(service.operator(), tenantId, 'workspace');
    expect(outcomeOf(await workspace.start({ step: 'setup', action: 'complete' }))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await new Bulk(people[0]!, tenantId).start({ step: 'profile', action: 'skip' }))).toEqual([
      403,
      'forbidden',
    ]);
  });

  it('forgets whom it was about when they are erased', async () => {
    const { bulk, people, tenantId } = await seat();
    const [{ subject }] = people as [Api];
    const job = await bulk.run({ where: { subjects: [subject] }, step: 'profile', action: 'complete' });
    await service.operator().delete(`/v1/tenants/${tenantId}/members/${encodeURIComponent(subject)}/data`);
    await eventually(async () => (await tracesOf(service, [subject])).length === 0);
    expect((await bulk.show(job.id)).body.counts).toMatchObject({ applied: 1 });
    const { body: undo } = await bulk.undo(job.id);
    expect((await bulk.ended(undo.id)).counts).toMatchObject({ examined: 1, notAMember: 1 });
  });
});

describe('a job that fails again and again', () => {
  it('becomes a dead letter, and goes on when an operator says so', async () => {
    const { bulk } = await seat();
    const operator = service.operator();
    const mayLock = 'FUNCTION foothold.lock_progress_v2(uuid, text, text, text, text, boolean, text, text, text)';
    await service.sql(`REVOKE EXECUTE ON ${mayLock} FROM foothold_app`);
    const { body: job } = await bulk.start({ step: 'profile', action: 'complete' });
    const show = async () => (await bulk.show(job.id)).body;
    await eventually(async () => (await show()).lastError !== null);
    expect((await show()).status).toBe('running');
    // As if it had failed for hours: one attempt is left, and its time has come. Not before the queue has noted the first
    // failure, which would put it off again.
    const lastAttempt = `UPDATE graphile_worker._private_jobs SET attempts = max_attempts - 1, run_at = now()
      WHERE key = $1 AND last_error IS NOT NULL AND locked_at IS NULL RETURNING id`;
    await eventually(async () => (await service.sql(lastAttempt, [job.id])).length === 1);
    await eventually(async () => (await show()).status === 'failed');
    const letters = async () => (await operator.get('/v1/jobs/dead-letters')).body.items;
    await eventually(async () => (await letters()).length > 0);
    const [letter] = await letters();
    expect(letter).toMatchObject({ task: 'bulk', jobId: job.id, attempts: 12 });

    await service.sql(`GRANT EXECUTE ON ${mayLock} TO foothold_app`);
    expect((await operator.post(`/v1/jobs/dead-letters/${letter.id}/retry`, {})).status).toBe(204);
    await eventually(async () => (await show()).status === 'completed');
    expect(await show()).toMatchObject({ lastError: null, counts: { applied: 3, noOp: 1 } });
    expect((await operator.post(`/v1/jobs/dead-letters/${letter.id}/retry`, {})).status).toBe(404);
  });
});
