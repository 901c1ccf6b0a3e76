import type { DataSource } from 'typeorm';
import { sqlStateOf } from './database-errors.js';
import { excessRights, SERVICE_ROLE, type ExcessRight, type RoleQuery } from './service-role.js';

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Takes from the service's role what it must not have, as far as the owner of the schema may, and returns what is left: a
 * superuser has to take that away. Each migration run does it, because roles may be altered between two of them, and a
 * restored database meets the roles of another cluster.
 */
export async function restrictServiceRole(dataSource: DataSource): Promise<ExcessRight[]> {
  const query: RoleQuery = (text, values) => dataSource.query(text, values);
  const excess = await excessRights(query, SERVICE_ROLE);
  for (const { remedy } of excess) {
    try {
      await dataSource.query(remedy);
    } catch (error) {
      if (sqlStateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    }
  }
  return excess.length ? excessRights(query, SERVICE_ROLE) : [];
}

interface OwnerFacts {
  readonly name: string;
  readonly database: string;
  readonly version: number;
  readonly mayCreate: boolean;
  readonly makesRoles: boolean;
  /** Roles of the service that were made by another role, and that this one may therefore not alter. */
  readonly foreign: readonly string[];
}

const OWNER = `
  SELECT quote_ident(current_user) AS name, quote_ident(current_database()) AS database,
    current_setting('server_version_num')::int AS version,
    has_database_privilege(current_database(), 'CREATE') AS "mayCreate",
    rolsuper OR rolcreaterole AS "makesRoles",
    ARRAY(SELECT r.rolname::text FROM pg_roles r
      WHERE r.rolname IN ('foothold_app', 'foothold_worker', 'foothold_erase')
        AND NOT pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION') ORDER BY 1) AS foreign
  FROM pg_roles WHERE rolname = current_user`;

/** SQL that gives the owner of the schema what a migration lacked; '' when that is nothing, or for the service's role. */
export async function rightsForMigrations(dataSource: DataSource): Promise<string> {
  const [owner] = await dataSource.query<[OwnerFacts]>(OWNER);
  if (owner.name === SERVICE_ROLE) return '';
  const grantsByAdmin = owner.version >= 160_000;
  return [
    ...(owner.mayCreate ? [] : [`GRANT CREATE ON DATABASE ${owner.database} TO ${owner.name};`]),
    ...(owner.makesRoles ? [] : [`ALTER ROLE ${owner.name} CREATEROLE;`]),
    ...(grantsByAdmin && owner.foreign.length
      ? [`GRANT ${owner.foreign.join(', ')} TO ${owner.name} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`]
      : []),
  ].join(' ');
}
