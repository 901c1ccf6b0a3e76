import { createClient } from '../../client/kit/src/core/index.js';
import { simulate } from './simulate.js';

const { SIMULATION_RUNS = '150', SIMULATION_SEED, SIMULATION_PATH } = process.env;

describe('several tabs and devices of one person, whatever happens to them', () => {
  it('lose no click, apply none twice, keep their order, and end up showing what the service has', async () => {
    await simulate(createClient, {
      runs: Number(SIMULATION_RUNS),
      ...(SIMULATION_SEED !== undefined && { seed: Number(SIMULATION_SEED) }),
      ...(SIMULATION_PATH !== undefined && { path: SIMULATION_PATH }),
    });
  }, 3_600_000);
});
