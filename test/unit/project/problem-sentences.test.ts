import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROBLEMS } from '../../../src/http/problem-codes.js';

const SOURCE = path.resolve(__dirname, '../../../src');
const TABLE = path.join('http', 'problem-codes.ts');

it('the detail of a problem stands in the table of problems only', async () => {
  const files = await readdir(SOURCE, { recursive: true });
  const others = files.filter((file) => file.endsWith('.ts') && file !== TABLE);
  expect(others.length).toBeGreaterThan(200);
  const texts = await Promise.all(others.map(async (file) => [file, await readFile(path.join(SOURCE, file), 'utf8')]));
  const details = Object.values(PROBLEMS).flatMap((problem) => ('detail' in problem ? [problem.detail] : []));
  const repeated = texts.filter(([, text]) => details.some((detail) => text!.includes(detail)));
  expect(repeated.map(([file]) => file)).toEqual([]);
});
