import { eventually } from '../support/eventually.js';
import { queueMirrors } from '../support/mirror-backlog.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { mirrorFaults } from '../support/mirror-truth.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { tellBusiness } from '../support/workspace.js';

describe('a machine client that lacks a scope', () => {
  let lab: MirrorLab;
  beforeAll(async () => {
    lab = await mirrorLab({ create: syncedApp(hurried(200)) });
  });
  afterAll(() => lab.close());
  afterEach(() => lab.service.standIn.faults.clear());

  const mirrorsHealth = async () => (await lab.service.anonymous().manage('/health')).body.mirrors;
  const troubled = () => lab.service.sql('SELECT subject, parked FROM foothold.auth0_mirror WHERE parked IS NOT NULL');
  const lackScopeFor = (operation: 'read_user' | 'write_user') =>
    lab.service.standIn.faults.add({ operation, kind: 'server_error', status: 403 });

  /** Auth0 refuses only tokens that were issued before. */
  function grantScope(): void {
    lab.service.standIn.faults.clear();
    lab.service.standIn.faults.add({ operation: 'any', kind: 'scope_missing_until_new_token' });
  }

  /** Waits for what health says while a circuit is open. */
  async function fault(circuit: 'readCircuit' | 'writeCircuit'): Promise<any> {
    let mirrors: any;
    await eventually(async () => {
      mirrors = await mirrorsHealth();
      return mirrors[circuit] !== 'closed';
    });
    return mirrors;
  }

  it('C17: without read:users no background check parks a mirror, and all are compared once the scope is granted', async () => {
    const subjects = await queueMirrors(lab.service, 8);
    await lab.untilMirrored();
    lackScopeFor('read_user');
    lab.service.standIn.requests.clear();
    await lab.service.sql(
      `UPDATE foothold.auth0_mirror SET mirrored_at = now() - interval '2 days', checked_at = NULL WHERE subject = ANY($1)`,
      [subjects],
    );
    await eventually(async () => lab.service.standIn.requests.list('read_user').length >= 6);
    expect(await troubled()).toEqual([]);
    const mirrors = await fault('readCircuit');
    expect([mirrors.status, mirrors.parked]).toEqual(['degraded', 0]);
    expect(mirrors.detail).toContain('The machine client may not do that');
    expect(mirrors.detail).toContain('npm run doctor');

    grantScope();
    await eventually(async () => {
      const left = await lab.service.sql(
        'SELECT FROM foothold.auth0_mirror WHERE subject = ANY($1) AND checked_at IS NULL',
        [subjects],
      );
      return left.length === 0;
    });
    expect(await troubled()).toEqual([]);
    await eventually(async () => (await mirrorsHealth()).status === 'up');
  });

  it('C17: without update:users_app_metadata no send parks a mirror, and all are sent once the scope is granted', async () => {
    lackScopeFor('write_user');
    const people = Array.from({ length: 6 }, () => lab.person());
    await Promise.all(people.map(tellBusiness));
    await lab.service.sql('UPDATE foothold.auth0_mirror SET due_at = now() WHERE due_at > now()');
    const mirrors = await fault('writeCircuit');
    expect(mirrors).toMatchObject({ status: 'degraded', parked: 0 });
    expect(mirrors.detail).toContain('The machine client may not do that');
    expect(await troubled()).toEqual([]);

    grantScope();
    await lab.untilMirroredInTime();
    expect(await mirrorFaults(lab.service)).toEqual([]);
    await eventually(async () => (await mirrorsHealth()).status === 'up');
  });

  it('C17: while the database is down a missing scope is not taken for a person without a mirror', async () => {
    const person = lab.person();
    await tellBusiness(person);
    await lab.untilMirrored();
    await lab.databaseDown();
    try {
      const fault403 = lackScopeFor('read_user');
      expect((await person.view()).body).toMatchObject({ status: 503, code: 'status_unknown' });
      lab.service.standIn.faults.remove(fault403.id);
      expect((await person.view()).body).toMatchObject({ source: 'auth0', revision: 1 });
    } finally {
      await lab.databaseUp();
    }
  });
});
