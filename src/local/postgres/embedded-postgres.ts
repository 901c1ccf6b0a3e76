import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writePrivateJson } from '../private-file.js';
import { APP_ROLE, bootstrap, DATABASE, OWNER_ROLE } from './bootstrap.js';
import { clusterFolder, createCluster, openCluster, type ConnectionFile } from './cluster-folder.js';
import { chooseLauncher } from './launcher.js';
import { locatePrograms } from './platform-package.js';
import { runPostmaster, stopPostmaster } from './postmaster.js';
import { becomeOwner } from './single-owner.js';

export interface EmbeddedPostgresOptions {
  /** Where local data is kept; PostgreSQL takes the subfolder `postgres`. Made if missing. */
  readonly dataDir: string;
  /** Whether commits survive a crash of the machine. Default true; false is for tests, and faster. */
  readonly fsync?: boolean;
  /** Memory for its cache of pages, such as `1GB`. Default 64MB, which a laptop does not notice. */
  readonly sharedBuffers?: string;
  /** How many sessions there may be at once. Default 100; tests run many services on one server. */
  readonly maxConnections?: number;
  /** Called with the path of the server's log when the server ends without having been stopped here. */
  readonly onLost?: (log: string) => void;
}

export interface EmbeddedPostgres {
  /** Such as `18.4`. */
  readonly version: string;
  readonly port: number;
  /** The server's process. */
  readonly pid: number;
  /** It was running already, left behind by a killed process. */
  readonly adopted: boolean;
  /** Connection of `foothold_app`: what the service uses. */
  readonly appUrl: string;
  /** Connection of `foothold_owner`: owns the database and may create roles. */
  readonly migrationUrl: string;
  /** Connection of the superuser `postgres` to the database `postgres`. */
  readonly superuserUrl: string;
  /** Stops the server. End your pools first: their sessions are cut. */
  stop(): Promise<void>;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};
const DEFAULT_MAX_CONNECTIONS = 100;
const DEFAULT_SHARED_BUFFERS = '64MB';
const NO_FSYNC = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts PostgreSQL from its npm package on a folder, for this process alone. A server that a killed process left running
 * is adopted, with everything it committed.
 * @throws LocalSetupError when it cannot run here, the data cannot be used, or another process runs on the folder
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  const fsync = options.fsync ?? true;
  const folder = clusterFolder(path.join(dataDir, 'postgres'));
  await mkdir(dataDir, { recursive: true });
  const programs = await locatePrograms();
  const launcher = await chooseLauncher(programs.postgres, folder.data);
  if (!(await openCluster(folder, programs.version))) await createCluster(folder, programs, launcher, { fsync });
  const connection = (await openCluster(folder, programs.version)) as ConnectionFile;

  const settings = {
    ...SETTINGS,
    max_connections: String(options.maxConnections ?? DEFAULT_MAX_CONNECTIONS),
    shared_buffers: options.sharedBuffers ?? DEFAULT_SHARED_BUFFERS,
    ...(fsync ? {} : NO_FSYNC),
  };
  const { session, pid, port, adopted } = await runPostmaster({ folder, connection, programs, launcher, settings });
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await stopPostmaster(pid, folder, programs, launcher);
    await session.end().catch(() => undefined);
  };
  await becomeOwner(session, dataDir);
  try {
    await bootstrap(session, connection.passwords);
    if (connection.port !== port) await writePrivateJson(folder.connectionFile, { ...connection, port });
  } catch (error) {
    await stop();
    throw error;
  }

  session.once('end', () => stopping || options.onLost?.(folder.log));

  const url = (role: keyof ConnectionFile['passwords'], database: string): string =>
    `postgres://${role}:${connection.passwords[role]}@127.0.0.1:${port}/${database}`;
  return {
    version: programs.version,
    port,
    pid,
    adopted,
    appUrl: url(APP_ROLE, DATABASE),
    migrationUrl: url(OWNER_ROLE, DATABASE),
    superuserUrl: url('postgres', 'postgres'),
    stop,
  };
}
