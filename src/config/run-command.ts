import { parseArgs, type ParseArgsConfig } from 'node:util';
import { SettingsError } from './env.js';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<Known extends Options> = ReturnType<typeof parseArgs<{ options: Known }>>['values'];

/**
 * Runs a command line: its number is the exit code, and a wrong setting is told without a stack. Whoever calls it wrongly
 * is told how to call it (2), and so is whoever asks by `--help` (0): nothing runs that was not meant.
 */
export async function runCommand<const Known extends Options = Record<never, never>>(
  { usage, options }: { readonly usage: string; readonly options?: Known },
  command: (values: Values<Known>) => Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await parsed(usage, options ?? {}, (values) => command(values as unknown as Values<Known>));
  } catch (error) {
    console.error(error instanceof SettingsError ? error.message : error);
    process.exitCode = 1;
  }
}

async function parsed(
  usage: string,
  options: Options,
  command: (values: Values<Options>) => Promise<number>,
): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } }));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (!values.help) return command(values);
  console.log(usage);
  return 0;
}
