import { Logger } from '@nestjs/common';
import type { Config } from '../../../src/config/config.js';
import { DatabaseCircuit } from '../../../src/database/database-circuit.js';
import { Lineage } from '../../../src/database/lineage.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

const FAILURES = 5;
const HOUR_MS = 3_600_000;

describe('the circuit of the database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  afterEach(() => jest.restoreAllMocks());

  it('closes again when the wall clock was set back while it was open', async () => {
    const circuit = new DatabaseCircuit(new Lineage(), { database: { url: database.appUrl } } as Config);
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    for (let count = 0; count < FAILURES; count += 1) {
      await expect(circuit.run(() => Promise.reject(refused))).rejects.toBe(refused);
    }
    expect(circuit.status).toBe('open');
    const earlier = Date.now() - HOUR_MS;
    jest.spyOn(Date, 'now').mockReturnValue(earlier);
    await eventually(() => Promise.resolve(circuit.status === 'closed'));
    circuit.onModuleDestroy();
  });
});
