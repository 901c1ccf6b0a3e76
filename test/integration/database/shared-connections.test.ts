import { DatabaseOverloaded, isOutage } from '../../../src/database/database-errors.js';
import { Lineage } from '../../../src/database/lineage.js';
import { SharedConnections } from '../../../src/database/shared-connections.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

/** Two connections, each with a queue of this length. */
const LONGEST_QUEUE = 200;
const echo = (value: number) => ({ name: 'echo', text: 'SELECT $1::int AS value', values: [value] });

describe('connections that statements share', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let reads: SharedConnections;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await TcpProxy.open(database.appUrl);
  });
  beforeEach(() => {
    const url = proxy.urlOf(database.appUrl);
    reads = new SharedConnections({ url, name: 'foothold reads', connections: 2, limitMs: 2_000 }, new Lineage());
  });
  afterEach(() => {
    proxy.resume();
    reads.close();
  });
  afterAll(async () => {
    await proxy.close();
    await database.drop();
  });

  const value = async (given: number): Promise<number> => (await reads.query(echo(given))).rows[0].value as number;
  const many = Array.from({ length: 100 }, (_, index) => index);

  it('give each of many their own answer, over two connections', async () => {
    expect(await Promise.all(many.map(value))).toEqual(many);
    const connections = await sql(
      database.superuserUrl,
      `SELECT FROM pg_stat_activity WHERE application_name = 'foothold reads' AND datname = current_database()`,
    );
    expect(connections).toHaveLength(2);
  });

  it('let one fail without the others', async () => {
    const failing = reads.query({ name: 'fails', text: 'SELECT 1 / $1::int', values: [0] });
    const answers = Promise.all(many.map(value));
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await answers).toEqual(many);
  });

  it('are replaced when they break', async () => {
    await Promise.all(many.map(value));
    proxy.hang();
    const underWay = Promise.allSettled(many.map(value));
    proxy.cut();
    for (const { status, ...outcome } of await underWay) {
      expect(status).toBe('rejected');
      expect(isOutage((outcome as PromiseRejectedResult).reason)).toBe(true);
    }
    proxy.resume();
    expect(await Promise.all(many.map(value))).toEqual(many);
  });

  it('are given up, for others, when a server hangs', async () => {
    await Promise.all(many.map(value));
    proxy.hang();
    const [outcome] = await Promise.allSettled([value(1)]);
    expect(isOutage((outcome as PromiseRejectedResult).reason)).toBe(true);
    expect(reads.waiting).toBe(0);
    proxy.resume();
    expect(await Promise.all(many.map(value))).toEqual(many);
  });

  it('refuse, as overload, what would only make the queue longer', async () => {
    await Promise.all(many.map(value));
    proxy.hang();
    const waiting = Array.from({ length: 2 * LONGEST_QUEUE }, (_, index) => value(index));
    await expect(value(-1)).rejects.toThrow(DatabaseOverloaded);
    proxy.resume();
    expect(await Promise.all(waiting)).toHaveLength(2 * LONGEST_QUEUE);
  });
});
