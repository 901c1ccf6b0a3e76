import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Api } from '../support/api.js';
import { BuiltService } from '../support/built-service.js';
import { queueMirrors } from '../support/mirror-backlog.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { metadataKeyOf, mirrorFaults } from '../support/mirror-truth.js';
import { createTenant } from '../support/tenants.js';
import { tellBusiness } from '../support/workspace.js';

const BUILD_MS = 120_000;

interface Mirrored {
  readonly person: Api;
  readonly tenantId: string;
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run reconcile', () => {
  let lab: MirrorLab;
  let folder: string;
  beforeAll(async () => {
    BuiltService.build();
    [lab, folder] = await Promise.all([mirrorLab(), mkdtemp(path.join(tmpdir(), 'foothold-export-'))]);
  }, BUILD_MS);
  afterAll(async () => {
    await lab.close();
    await rm(folder, { recursive: true });
  });

  /** The built command; the stand-in of this process must go on answering meanwhile. */
  const reconcile = (...options: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], ...lab.service.env };
      execFile(process.execPath, ['dist/src/reconcile.cli.js', ...options], { env }, (error, stdout, stderr) =>
        resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });

  const calls = () => lab.service.standIn.requests.list().filter(({ operation }) => operation.endsWith('_user'));
  const setMirror = ({ subject }: Api, tenantId: string, mirror: unknown) =>
    lab.service.standIn.people.changeMetadata(subject, { appMetadata: { [metadataKeyOf(tenantId)]: mirror } });

  /** Somebody with a mirror that is right. */
  async function mirrored(): Promise<Mirrored> {
    const person = lab.person();
    const { tenantId } = await tellBusiness(person);
    await lab.untilMirrored();
    return { person, tenantId };
  }

  /** As Auth0 exports users: one JSON object a line. */
  async function exported(subjects: readonly string[]): Promise<string> {
    const file = path.join(folder, 'users.json');
    const lines = subjects.map((subject) =>
      JSON.stringify({ user_id: subject, email: 'a@b.example', app_metadata: lab.metadataOf(subject) }),
    );
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  }

  it('tells what differs and ends with 1 after a dry run, repairs it, and then finds nothing', async () => {
    const [{ person, tenantId }] = await Promise.all([mirrored(), mirrored()]);
    await setMirror(person, tenantId, null);

    const dry = await reconcile('--dry-run');
    expect(dry).toMatchObject({ status: 1, stderr: '' });
    expect(dry.stdout).toContain('2 mirrors are looked at; nothing is written.');
    expect(dry.stdout).toContain(`${tenantId} ${person.subject}: missing\n1 agreed, 1 differed, 0 are parked.`);
    expect(lab.metadataOf(person.subject)).toEqual({});

    expect(await reconcile()).toMatchObject({ status: 0, stdout: expect.stringContaining('1 agreed, 1 differed') });
    expect(await mirrorFaults(lab.service)).toEqual([]);
    expect(await reconcile()).toMatchObject({ status: 0, stdout: expect.stringContaining('2 agreed, 0 differed') });
  });

  it('repairs from an export without reading anybody: one call for each mirror that differs, none for the others', async () => {
    const subjects = await queueMirrors(lab.service, 30);
    const [{ person: behind, tenantId: behindId }, { person: edited, tenantId: editedId }, lacking] = await Promise.all(
      [mirrored(), mirrored(), mirrored()],
    );
    const { person: missing, tenantId: missingId } = lacking;
    const old = lab.metadataOf(behind.subject)[metadataKeyOf(behindId)];
    await behind.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
    await lab.untilMirrored();
    const { person: last } = await mirrored();
    await setMirror(behind, behindId, old);
    await setMirror(edited, editedId, { ...lab.metadataOf(edited.subject)[metadataKeyOf(editedId)], role: 'member' });
    await setMirror(missing, missingId, null);
    const people = [behind, edited, missing, last].map(({ subject }) => subject);
    const file = await exported([...subjects, ...people]);
    lab.service.standIn.requests.clear();

    const dry = await reconcile('--dry-run', '--export', file);
    expect(dry).toMatchObject({ status: 1, stderr: '' });
    expect(dry.stdout).toContain(`34 people are in ${file}; 34 mirrors were compared.`);
    expect(dry.stdout).toContain('mirrors are of people who are not in it');
    for (const [tenantId, { subject }, kind] of [
      [behindId, behind, 'behind'],
      [editedId, edited, 'not_ours'],
      [missingId, missing, 'missing'],
    ] as const) {
      expect(dry.stdout).toContain(`${tenantId} ${subject}: ${kind}\n`);
    }
    expect(dry.stdout).toContain('31 agreed, 3 differed, 0 are parked.');
    expect(calls()).toEqual([]);

    expect(await reconcile('--export', file)).toMatchObject({ status: 0 });
    expect(
      calls()
        .map(({ operation, userId }) => `${operation} ${userId}`)
        .sort(),
    ).toEqual([behind, edited, missing].map(({ subject }) => `write_user ${subject}`).sort());
    expect(await mirrorFaults(lab.service)).toEqual([]);
  });

  it('does not believe an export over Auth0: what was sent since is left alone, what is ahead is read and raises a case', async () => {
    const { person: ahead, tenantId: aheadId } = await mirrored();
    await ahead.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
    await lab.untilMirrored();
    const { person: later, tenantId: laterId } = await mirrored();
    const file = await exported([ahead.subject, later.subject]);
    await later.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
    await lab.untilMirrored();
    // As after a backup was restored: the database has forgotten the last step.
    await lab.service.sql('UPDATE foothold.onboarding_progress SET revision = 1 WHERE tenant_id = $1', [aheadId]);
    lab.service.standIn.requests.clear();

    const { stdout } = await reconcile('--export', file);
    expect(stdout).toContain('1 mirrors were sent after it was made, and were not compared.');
    expect(stdout).not.toContain(laterId);
    expect(stdout).toContain(`${aheadId} ${ahead.subject}: ahead\n`);
    expect(calls()).toMatchObject([{ operation: 'read_user', userId: ahead.subject }]);
    const [found] = await lab.service.sql('SELECT status FROM foothold.mirror_case WHERE tenant_id = $1', [aheadId]);
    expect(found).toEqual({ status: 'open' });
  });

  it('does not miss the mirrors of those tenants of a person that are too many to keep', async () => {
    const person = lab.person();
    for (let count = 0; count < 6; count += 1) {
      const tenantId = await createTenant(lab.service, { members: { [person.subject]: 'owner' } });
      await tellBusiness(person.inTenant(tenantId));
    }
    await lab.untilMirrored();
    const { stdout } = await reconcile('--dry-run', '--export', await exported([person.subject]));
    expect(stdout).toContain('6 agreed, 0 differed');
  });

  it('refuses an export that is none, and writes nothing', async () => {
    const file = path.join(folder, 'bad.json');
    await writeFile(file, '{"user_id":"auth0|a","app_metadata":{}}\nuser_id,email\n');
    const { status, stderr } = await reconcile('--export', file);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^Line 2 of .* is no user/)]);
    expect(stderr).not.toContain('    at ');
  });

  it('explains itself when it is called wrongly', async () => {
    expect(await reconcile('--everything')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--export FILE'),
    });
  });
});
