import { eventually } from '../support/eventually.js';
import { queueMirrors } from '../support/mirror-backlog.js';
import { TestService } from '../support/service.js';

const MIRRORS = 2_500;
const AT_ONCE = 1_000;

test('C07: many mirrors of one tenant that a fast clock left become due, not all in one transaction', async () => {
  const service = await TestService.start();
  try {
    await service.stopApps();
    const subjects = await queueMirrors(service, MIRRORS);
    await service.sql(`UPDATE foothold.auth0_mirror SET due_at = now() + interval '10 min'`);
    await service.startAnother();
    await eventually(async () => {
      const [{ ahead }] = await service.sql(
        `SELECT count(*)::integer AS ahead FROM foothold.auth0_mirror WHERE due_at > now() + interval '5 min'`,
      );
      return ahead === 0;
    });
    // Rows that one transaction wrote have its number; a send that began meanwhile wrote some of them again.
    const transactions = await service.sql(
      'SELECT count(*)::integer AS mirrors FROM foothold.auth0_mirror WHERE subject = ANY($1) GROUP BY xmin::text',
      [subjects],
    );
    const most = Math.max(...transactions.map(({ mirrors }) => mirrors));
    expect(most).toBeGreaterThan(AT_ONCE / 2);
    expect(most).toBeLessThanOrEqual(AT_ONCE);
  } finally {
    await service.stop();
  }
});
