import { debianPostgresVersions, DebianPostgres } from '../support/debian-postgres.js';
import { describeRoles } from '../support/role-cases.js';

/** Before PostgreSQL 16, what a role inherits is an attribute of the role; since then, of each grant. */
describe.each(debianPostgresVersions())('on PostgreSQL %d', (version) => {
  let postgres: DebianPostgres;
  beforeAll(async () => {
    postgres = await DebianPostgres.start(version);
  }, 60_000);
  afterAll(() => postgres.stop());

  describeRoles(() => postgres.superuserUrl);
});

// Where Debian's packages are missing there is nothing to run, and jest wants a test.
if (debianPostgresVersions().length === 0) it('finds no other PostgreSQL', () => undefined);
