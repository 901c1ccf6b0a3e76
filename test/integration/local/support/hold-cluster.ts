import { startEmbeddedPostgres } from '../../../../src/local/postgres/embedded-postgres.js';

/** Starts the cluster of a folder, prints one line of JSON about it, and holds it until killed. SIGTERM stops it in order. */
async function main(dataDir: string): Promise<void> {
  try {
    const postgres = await startEmbeddedPostgres({ dataDir });
    process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(0)));
    console.log(JSON.stringify(postgres));
    setInterval(() => undefined, 60_000);
  } catch (error) {
    console.log(JSON.stringify({ refused: (error as Error).message }));
    process.exit(1);
  }
}

void main(process.argv[2] as string);
