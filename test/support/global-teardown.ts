import { teardown } from './teardown.js';

export default async function globalTeardown(): Promise<void> {
  await teardown.run();
}
