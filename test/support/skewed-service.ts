import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BuiltService } from './built-service.js';

const SHIFT = pathToFileURL(path.resolve('test/support/shift-clock.mjs')).href;

/** The built service as a process on a host whose clock is this far ahead; negative when it is behind. */
export const startSkewed = (env: NodeJS.ProcessEnv, shiftMs: number): Promise<BuiltService> =>
  BuiltService.start({ ...env, NODE_OPTIONS: `--import=${SHIFT}`, CLOCK_SHIFT_MS: String(shiftMs) });
