/** What a spreadsheet would take for a formula, and run; a quote before it makes it a text there. */
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

function field(value: string | null): string {
  const text = value === null ? '' : FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record of RFC 4180; null is an empty field. */
export const csvLine = (values: ReadonlyArray<string | null>): string => `${values.map(field).join(',')}\r\n`;
