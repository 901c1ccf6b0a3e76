import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { MIGRATIONS } from '../../../src/database/migrations/index.js';

const FOLDER = 'src/database/migrations';
const LIST = 'test/fixtures/frozen-migrations.json';

const frozen: Readonly<Record<string, string>> = JSON.parse(readFileSync(LIST, 'utf8'));
const files = readdirSync(FOLDER).filter((file) => file !== 'index.ts');
const hashOf = (file: string): string =>
  createHash('sha256')
    .update(readFileSync(path.join(FOLDER, file)))
    .digest('hex');

/** An empty list, or what to do about each file. */
const complaints = files.flatMap((file) => {
  if (!(file in frozen))
    return [`${file} is new. Once it is as it will be released, add its hash to ${LIST}: ${hashOf(file)}`];
  return frozen[file] === hashOf(file)
    ? []
    : [`${file} is frozen, because databases have run it. Undo the change and add a new migration (docs/upgrading.md)`];
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
