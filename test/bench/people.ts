import type { StandIn } from '../../src/local/stand-in/stand-in.js';
import { TokenMint } from '../support/token-mint.js';
import { withClient, type BenchDatabase } from './data-set.js';
import { TENANT_CLAIM } from './floors/tenant-claim.js';

/** A multiple of the connections: each connection then has people, and with them rows, of its own. */
export const PEOPLE = 2048;
const TOKEN_HOURS = 24;

/** Owners of tenants, evenly spread over the data set. */
const OWNERS = `
  SELECT tenant_id AS "tenantId", subject FROM (
    SELECT tenant_id, subject, row_number() OVER (ORDER BY tenant_id) AS number, count(*) OVER () AS total
    FROM foothold.member WHERE role = 'owner') AS owner
  WHERE number % (total / $1::integer) = 0 LIMIT $1`;

export interface Person {
  readonly tenantId: string;
  readonly subject: string;
  /** Access token as Auth0 issues them. */
  readonly token: string;
}

/** People of the data set with tokens that `standIn`, whose data is in `dataDir`, stands for. */
export async function peopleOf(database: BenchDatabase, standIn: StandIn, dataDir: string): Promise<Person[]> {
  const mint = await TokenMint.open(dataDir);
  const owners = await withClient(database.superuserUrl, (client) =>
    client.query<{ tenantId: string; subject: string }>(OWNERS, [PEOPLE]),
  );
  if (owners.rows.length !== PEOPLE) throw new Error(`The data set has ${owners.rows.length} owners to act as`);
  const exp = Math.floor(Date.now() / 1000) + TOKEN_HOURS * 3600;
  return owners.rows.map(({ tenantId, subject }) => ({
    tenantId,
    subject,
    token: mint.sign(standIn, subject, {
      aud: [standIn.audience, `${standIn.domain}/userinfo`],
      exp,
      scope: 'openid profile email offline_access',
      azp: 'foothold-demo-web',
      [TENANT_CLAIM]: tenantId,
    }),
  }));
}
