import { testRun } from './test-run.js';

export default async function globalTeardown(): Promise<void> {
  await testRun.stop();
}
