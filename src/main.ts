import { SettingsError } from './config/env.js';
import { FlowDefinitionError } from './flow-catalog/flow-definition-error.js';
import { start } from './service.js';

/** The entry of `npm run start:prod`: nothing local, every setting from the environment. */
try {
  const service = await start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void service.stop().then(() => process.exit(0)));
  }
} catch (error) {
  // A wrong setting or flow definition is mended by its author, who needs no stack.
  const isExpected = error instanceof SettingsError || error instanceof FlowDefinitionError;
  console.error(isExpected ? error.message : error);
  process.exit(1);
}
