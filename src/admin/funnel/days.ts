import { invalidRequest } from '../../http/problem.js';
import type { Days } from './funnel.js';

/** As the query string has them. */
export interface DaysQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Throws `invalid_request` for what is no day, and for days in the wrong order. */
export function parseDays({ from, to }: DaysQuery): Days {
  const days = { from: parseDay(from, 'from'), to: parseDay(to, 'to') };
  if (days.from !== null && days.to !== null && days.from > days.to) {
    throw invalidRequest([{ path: 'to', message: `expected a day that is not before "from", ${days.from}` }]);
  }
  return days;
}

function parseDay(text: string | undefined, path: string): string | null {
  if (text === undefined) return null;
  if (typeof text === 'string' && /^[12]\d{3}-\d{2}-\d{2}$/.test(text) && isDay(text)) return text;
  throw invalidRequest([{ path, message: 'expected a day of the calendar, such as 2026-11-25' }]);
}

/** JavaScript takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}
