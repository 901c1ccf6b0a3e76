import { parseArgs, type ParseArgsConfig } from 'node:util';
import { SettingsError } from './env.js';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<Known extends Options> = ReturnType<typeof parseArgs<{ options: Known }>>['values'];

/** Runs a command line: its number is the exit code, and a wrong setting is told without a stack. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    console.error(error instanceof SettingsError ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * The same for one that takes options. Whoever calls it wrongly is told how to call it (2), and so is whoever asks by
 * `--help` (0).
 */
export function runCommandWithOptions<const Known extends Options>(
  { usage, options }: { readonly usage: string; readonly options: Known },
  command: (values: Values<Known>) => Promise<number>,
): Promise<void> {
  return runCommand(async () => {
    const known: Options = { ...options, help: { type: 'boolean' } };
    let values;
    try {
      ({ values } = parseArgs({ options: known }));
    } catch (error) {
      console.error(`${(error as Error).message}\n\n${usage}`);
      return 2;
    }
    if (values['help']) {
      console.log(usage);
      return 0;
    }
    return command(values as unknown as Values<Known>);
  });
}
