import { SettingsError } from './config/env.js';
import { start } from './service.js';

/** The entry of `npm run start:prod`: nothing local, every setting from the environment. */
try {
  const service = await start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void service.stop().then(() => process.exit(0)));
  }
} catch (error) {
  // A wrong setting is the operator's to mend and needs no stack.
  console.error(error instanceof SettingsError ? error.message : error);
  process.exit(1);
}
