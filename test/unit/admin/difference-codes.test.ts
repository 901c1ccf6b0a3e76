import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DIFFERENCES } from '../../../src/admin/explain/difference.js';

it('explains in docs/admin-api.md every difference that an explanation may name', () => {
  const text = readFileSync(path.resolve(__dirname, '../../../docs/admin-api.md'), 'utf8');
  expect(DIFFERENCES.filter((code) => !text.includes(`| \`${code}\``))).toEqual([]);
});
