import type { MigrationInterface, QueryRunner } from 'typeorm';

const TOMBSTONES = [
  `CREATE TABLE foothold.erased_person (
    person text NOT NULL,
    tenant_id uuid NOT NULL,
    pseudonym text NOT NULL,
    erased_at timestamptz NOT NULL,
    CONSTRAINT erased_person_pk PRIMARY KEY (person, tenant_id))`,
  'ALTER TABLE foothold.erased_person ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE foothold.erased_person FORCE ROW LEVEL SECURITY',
  `CREATE POLICY erased_person_own ON foothold.erased_person
     USING (person = nullif(current_setting('app.person', true), '')
       OR tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
];

/** In every tenant. The person is a keyed hash, which only the service can make. */
const TOMBSTONES_OF = `
  CREATE FUNCTION foothold.tombstones_of(p_person text)
  RETURNS TABLE (tenant_id uuid, pseudonym text, erased_at timestamptz)
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM set_config('app.person', p_person, true), set_config('app.tenant_id', '', true);
    RETURN QUERY SELECT e.tenant_id, e.pseudonym, e.erased_at FROM foothold.erased_person e WHERE e.person = p_person;
  END $$`;

const grant = (privileges: string, ...tables: string[]): string =>
  `GRANT ${privileges} ON ${tables.map((table) => `foothold.${table}`).join(', ')} TO foothold_erase`;

/** The role sees one tenant, as every other does, and may do what no other may: change history, and remove a member. */
const ERASE_ROLE = [
  grant('SELECT, INSERT, UPDATE', 'onboarding_history', 'onboarding_progress', 'tenant', 'erased_person'),
  grant('SELECT, INSERT, DELETE', 'member'),
  grant('SELECT, DELETE', 'membership', 'draft_owner', 'operation', 'attestation', 'due_step'),
  grant('DELETE', 'onboarding_progress'),
  grant('SELECT, UPDATE', 'audit', 'invitation', 'onboarding_position'),
  grant('SELECT, UPDATE, DELETE', 'mirror_case'),
  grant('SELECT, INSERT, UPDATE', 'auth0_mirror'),
  'GRANT foothold_erase TO foothold_app',
];

/** Where somebody acted on others, which only admins do: a person's own rows are found by their key. */
const ACTED_ON_OTHERS = `
  CREATE INDEX history_by_admin ON foothold.onboarding_history (tenant_id, actor)
  WHERE actor_kind IN ('admin', 'import')`;

/** For people, their erasure, and what must stay until Auth0 has followed. */
export class ErasePeople1795600300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const tombstones = [
      ...TOMBSTONES,
      'GRANT SELECT ON foothold.erased_person TO foothold_app',
      TOMBSTONES_OF,
      'REVOKE ALL ON FUNCTION foothold.tombstones_of(text) FROM PUBLIC',
      'GRANT EXECUTE ON FUNCTION foothold.tombstones_of(text) TO foothold_app',
    ];
    const mirrors = [
      // A mirror outlives its member until Auth0 holds nothing any more; only then is the subject forgotten here.
      'ALTER TABLE foothold.auth0_mirror DROP CONSTRAINT mirror_of_member',
      `ALTER TABLE foothold.auth0_mirror ADD CONSTRAINT mirror_in_tenant
         FOREIGN KEY (tenant_id) REFERENCES foothold.tenant (tenant_id) ON DELETE CASCADE`,
      'GRANT DELETE ON foothold.auth0_mirror TO foothold_app',
    ];
    for (const statement of [...tombstones, ...mirrors, ACTED_ON_OTHERS, ...ERASE_ROLE]) await runner.query(statement);
  }

  /** Roles belong to the cluster, and so does who may become which: that stays. */
  async down(runner: QueryRunner): Promise<void> {
    const tables = 'onboarding_history, onboarding_progress, tenant, member, membership, draft_owner, operation';
    const others = 'attestation, due_step, audit, invitation, onboarding_position, mirror_case, auth0_mirror';
    const qualified = `${tables}, ${others}`.replaceAll(/(\w+)/g, 'foothold.$1');
    const statements = [
      `REVOKE ALL ON ${qualified} FROM foothold_erase`,
      'DROP INDEX foothold.history_by_admin',
      'REVOKE DELETE ON foothold.auth0_mirror FROM foothold_app',
      'ALTER TABLE foothold.auth0_mirror DROP CONSTRAINT mirror_in_tenant',
      `ALTER TABLE foothold.auth0_mirror ADD CONSTRAINT mirror_of_member
         FOREIGN KEY (tenant_id, subject) REFERENCES foothold.member (tenant_id, subject) ON DELETE CASCADE NOT VALID`,
      'DROP FUNCTION foothold.tombstones_of(text)',
      'DROP TABLE foothold.erased_person',
    ];
    for (const statement of statements) await runner.query(statement);
  }
}
