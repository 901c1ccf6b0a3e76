import { startEmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { startStandIn } from '../../src/local/stand-in/stand-in.js';
import type { Issuer } from './contestants.js';
import { prepareDatabase, type BenchDatabase, type DataSetSize } from './data-set.js';
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
  const postgres = await startEmbeddedPostgres({ dataDir, sharedBuffers: SHARED_BUFFERS });
  const standIn = await startStandIn({ dataDir, port: 0 });
  const stop = async (): Promise<void> => {
    await standIn.stop();
    await postgres.stop();
  };
  try {
    const small = await prepareDatabase(postgres, 'small');
    const large = await prepareDatabase(postgres, 'large');
    return {
      postgres,
      issuer: standIn,
      databases: { small, large },
      people: { small: await peopleOf(small, standIn, dataDir), large: await peopleOf(large, standIn, dataDir) },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
