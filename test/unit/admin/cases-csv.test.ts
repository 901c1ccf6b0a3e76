import fc from 'fast-check';
import { csvLine } from '../../../src/admin/export/csv.js';

/** As spreadsheets read a record: quotes count at the start of a cell only, and text may follow the closing one. */
function cellsOf(text: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  let isStart = true;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[index + 1] === '"') cell += text[(index += 1)];
      else isQuoted = false;
    } else if (character === '"' && isStart) {
      isQuoted = true;
      isStart = false;
    } else if (character === separator || character === '\n' || character === '\r') {
      cells.push(cell);
      cell = '';
      isStart = true;
    } else {
      cell += character;
      isStart = false;
    }
  }
  return [...cells, cell];
}

const SEPARATORS = [',', ';', '\t', '|'];
/** After white space and signs without a width, which some programs drop. */
const FORMULA = /^[\s\u200b-\u200f\u2060\ufeff\0"]*[=+\-@＝＋－＠﹦﹢﹣﹫−]/u;
const formulasIn = (line: string): string[] =>
  SEPARATORS.flatMap((separator) => cellsOf(line, separator)).filter((cell) => FORMULA.test(cell));

const nasty = fc
  .array(fc.constantFrom(...'=+-@＝＋－＠−;,\t\r\n"\'| a1\ufeff\u200b'), { maxLength: 12 })
  .map((characters) => characters.join(''));

it('A11: no cell of a record is a formula, whatever separates the cells in that locale', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.oneof(nasty, fc.string())), { minLength: 1, maxLength: 5 }), (values) => {
      expect(formulasIn(csvLine(values))).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
});

it.each([
  '=1+1',
  'auth0|x;=HYPERLINK("https://evil.example")',
  'x\t=1',
  'x,@SUM(1)',
  'x\n-1',
  'x\r+1',
  'x|=1',
  '＝1',
  ';＋1',
  '\ufeff=1',
  '"=1',
  'x";=1',
])('A11: %j is text in every locale', (value) => {
  expect(formulasIn(csvLine(['auth0|ada', value, null]))).toEqual([]);
});

it('A11: what is no formula stays as it is', () => {
  const values = [
    'google-oauth2|103547991597142817347',
    'samlp|acme|ada@acme.com',
    '2026-11-30T20:00:00.000Z',
    'a "b", c',
  ];
  const line = csvLine([...values, null]);
  expect(line.endsWith(',\r\n')).toBe(true);
  expect(cellsOf(line.trim(), ',').slice(0, values.length)).toEqual(values);
});
