import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { startStandIn, type StandIn } from '../../src/local/stand-in/stand-in.js';
import type { Issuer } from './contestants.js';
import { prepareDatabase, THIS_BUILD, type BenchDatabase, type Build, type DataSetSize } from './data-set.js';
import { peopleOf, type Person } from './people.js';

/** What every run needs. */
export interface Stage {
  readonly postgres: { readonly version: string; readonly pid: number };
  readonly issuer: Issuer;
  readonly databases: Readonly<Record<DataSetSize, BenchDatabase>>;
  readonly people: Readonly<Record<DataSetSize, readonly Person[]>>;
  stop(): Promise<void>;
}

/** A quarter of a small server's memory, as PostgreSQL's manual has it; the data set does not fit into the default. */
const SHARED_BUFFERS = '1GB';

/** Starts a PostgreSQL of the bench's own, with fsync, and an issuer of tokens; makes the data sets where they are missing. */
export async function setStage(dataDir: string): Promise<Stage> {
  const [stage] = await setStages(dataDir, [THIS_BUILD]);
  return stage as Stage;
}

/** One stage for each build, with data sets of its own on the same PostgreSQL; stopping one of them stops all. */
export async function setStages(dataDir: string, builds: readonly Build[]): Promise<Stage[]> {
  const postgres = await startEmbeddedPostgres({ dataDir, sharedBuffers: SHARED_BUFFERS });
  const standIn = await startStandIn({ dataDir, port: 0 });
  const stop = async (): Promise<void> => {
    await standIn.stop();
    await postgres.stop();
  };
  try {
    const stages: Stage[] = [];
    for (const build of builds) stages.push({ ...(await dataSets(postgres, standIn, dataDir, build)), stop });
    return stages;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function dataSets(
  postgres: EmbeddedPostgres,
  standIn: StandIn,
  dataDir: string,
  build: Build,
): Promise<Omit<Stage, 'stop'>> {
  const small = await prepareDatabase(postgres, 'small', build);
  const large = await prepareDatabase(postgres, 'large', build);
  return {
    postgres,
    issuer: standIn,
    databases: { small, large },
    people: { small: await peopleOf(small, standIn, dataDir), large: await peopleOf(large, standIn, dataDir) },
  };
}
