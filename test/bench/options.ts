import { parseArgs } from 'node:util';

export interface Options {
  /** Every contestant reads once and writes once in each round. */
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** One short round to see that everything works; its figures are not judged. */
  readonly quick: boolean;
}

const FULL = { rounds: 5, warmUpSeconds: 5, seconds: 8 };
const QUICK = { rounds: 1, warmUpSeconds: 3, seconds: 3 };

/** Throws on an unknown option and on a number that is not positive. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
    },
  });
  const defaults = values.quick ? QUICK : FULL;
  return {
    rounds: positive('rounds', values.rounds) ?? defaults.rounds,
    warmUpSeconds: defaults.warmUpSeconds,
    seconds: positive('seconds', values.seconds) ?? defaults.seconds,
    quick: values.quick,
  };
}

function positive(name: string, written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const number = Number(written);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name}: expected a whole number above 0`);
  return number;
}
