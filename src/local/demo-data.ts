import { Client } from 'pg';
import { demoSubject, type DemoPerson } from './demo-people.js';

type Membership = NonNullable<DemoPerson['membership']>;

/**
 * Puts the demo people's tenants and memberships into a migrated database. What is there is kept, so that a restart does
 * not undo what was tried out.
 * @param migrationUrl connection of the role that owns the tables; row-level security holds for it as well
 */
export async function seedDemoData(migrationUrl: string, people: readonly DemoPerson[]): Promise<void> {
  const client = new Client({ connectionString: migrationUrl });
  await client.connect();
  try {
    for (const { email, membership } of people) {
      if (membership) await seedMembership(client, demoSubject(email), membership);
    }
  } finally {
    await client.end();
  }
}

async function seedMembership(client: Client, subject: string, { tenant, role }: Membership): Promise<void> {
  const now = new Date();
  await client.query('BEGIN');
  await client.query(`SET LOCAL app.tenant_id = ${client.escapeLiteral(tenant.id)}`);
  await client.query(
    `INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
     VALUES ($1, $2, 'active', $3, $3) ON CONFLICT DO NOTHING`,
    [tenant.id, tenant.name, now],
  );
  await client.query(
    `INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
     VALUES ($1, $2, $3, 'active', $4, $4) ON CONFLICT DO NOTHING`,
    [tenant.id, subject, role, now],
  );
  await client.query(
    `INSERT INTO foothold.membership (subject, tenant_id, role, status)
     VALUES ($1, $2, $3, 'active') ON CONFLICT DO NOTHING`,
    [subject, tenant.id, role],
  );
  await client.query('COMMIT');
}
