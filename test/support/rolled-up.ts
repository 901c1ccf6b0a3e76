import { eventually } from './eventually.js';
import { NOT_ROLLED_UP } from './recount.js';
import type { TestService } from './service.js';

const LONGEST_MS = 60_000;

/** Resolves once the rollup has nothing to count: until then it marks rows, and takes a connection of the service's. */
export const untilRolledUp = (service: TestService): Promise<void> =>
  eventually(async () => (await service.sql(NOT_ROLLED_UP))[0].due === 0, LONGEST_MS);
