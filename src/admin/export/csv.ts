/**
 * What begins a formula, also in its full-width and small forms. A spreadsheet splits a line by the separator of its locale
 * (comma, semicolon, tab), and then reads quotes in the middle of a cell as text: a cell may begin anywhere but inside a
 * word. An apostrophe before it makes it a text.
 */
const FORMULA = /(?<![\p{L}\p{N}_])[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212]/gu;
const LEADING_CONTROL = /^[\t\r\n]/;
const NEEDS_QUOTES = /[",;\t\r\n]/;

function field(value: string | null): string {
  const text = (value ?? '').replace(FORMULA, "'$&").replace(LEADING_CONTROL, "'$&");
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record of RFC 4180; null is an empty field. */
export const csvLine = (values: ReadonlyArray<string | null>): string => `${values.map(field).join(',')}\r\n`;
