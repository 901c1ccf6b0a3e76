import fc from 'fast-check';
import { stories } from './commands.js';
import { World, type CreateClient } from './world.js';

export interface SimulationOptions {
  readonly runs: number;
  /** To replay what failed: both are printed with the failure. */
  readonly seed?: number;
  readonly path?: string;
  /** Do not look for a shorter story that fails, too. Default false. */
  readonly endOnFailure?: boolean;
}

/** Runs stories against this kit; rejects with the shortest failing one, and how to replay it. */
export async function simulate(
  createClient: CreateClient,
  { runs, seed, path, endOnFailure = false }: SimulationOptions,
): Promise<void> {
  const property = fc.asyncProperty(stories, fc.nat(), async (story, chance) => {
    const world = new World(createClient, chance);
    for (const browser of world.browsers) await world.open(browser);
    await fc.asyncModelRun(() => ({ model: {}, real: world }), story);
    await world.quiet();
    world.verify();
  });
  await fc.assert(property, {
    numRuns: runs,
    endOnFailure,
    ...(seed !== undefined && { seed }),
    ...(path !== undefined && { path }),
  });
}
