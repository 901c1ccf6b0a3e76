import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PREVIOUS_BUILD } from '../../../scripts/previous-build.mjs';
import { MIGRATIONS } from '../../../src/database/migrations/index.js';
import { PreviousBuild } from '../../support/previous-build.js';

const FOLDER = 'src/database/migrations';
const LIST = 'test/fixtures/frozen-migrations.json';

type Change = Readonly<Record<string, string>>;

/** Each released change of the schema, and last the one that is released next: its files and their hashes. */
const changes: readonly Change[] = JSON.parse(readFileSync(LIST, 'utf8'));
const frozen: Change = Object.assign({}, ...changes);
const files = readdirSync(FOLDER).filter((file) => file !== 'index.ts');
const hashOf = (file: string): string =>
  createHash('sha256')
    // Git may check files out with other line ends.
    .update(readFileSync(path.join(FOLDER, file), 'utf8').replaceAll('\r\n', '\n'))
    .digest('hex');

const complaints = files.flatMap((file) => {
  if (!(file in frozen)) {
    return [
      `${file} is new: add its hash to the last change of ${LIST}, or to a new one (docs/upgrading.md): ${hashOf(file)}`,
    ];
  }
  return frozen[file] === hashOf(file)
    ? []
    : [`${file} is frozen, because databases have run it: undo this, and add a new migration (docs/upgrading.md)`];
});

test('O02: released migrations stay as they are', () => {
  expect(complaints).toEqual([]);
});

test('O02: no released migration is removed', () => {
  expect(Object.keys(frozen).filter((file) => !files.includes(file))).toEqual([]);
});

test('O02: migrations are in the order of their times, which is the order in which they run', () => {
  const times = MIGRATIONS.map(({ name }) => Number(/\d+$/.exec(name)?.[0]));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(MIGRATIONS).toHaveLength(files.filter((file) => /^\d/.test(file)).length);
});

test(`O02: the packed build has every change of the schema, or lacks the last one only`, () => {
  // Where it is missing, the run says so at its end.
  if (!existsSync(PREVIOUS_BUILD)) return;
  const previous = new PreviousBuild();
  try {
    const packed = new Set(previous.migrations);
    const lacking = changes.slice(0, -1).flatMap((change) => Object.keys(change));
    // If this fails: npm run pack:previous -- <the newest released commit>
    expect(lacking.filter((file) => !packed.has(path.basename(file, '.ts')))).toEqual([]);
  } finally {
    previous.remove();
  }
});
