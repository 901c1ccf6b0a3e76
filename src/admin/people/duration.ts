import { invalidRequest } from '../../http/problem.js';

const WRITTEN = /^P(?!$)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?!$)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/;
/** The same for OpenAPI, which lets through what says nothing, such as `P`. */
export const DURATION = {
  pattern: '^P(\\d{1,4}W)?(\\d{1,5}D)?(T(\\d{1,6}H)?(\\d{1,7}M)?(\\d{1,8}S)?)?$',
  example: 'P7D',
} as const;

const UNITS_MS = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;
const MAXIMUM_MS = 36_500 * 86_400_000;

/**
 * Milliseconds of an ISO 8601 duration, such as `P7D` or `PT12H`. Months and years are refused, because they are not
 * always as long. Throws `invalid_request`.
 * @param path the parameter, for the error
 */
export function parseDuration(text: string, path: string): number {
  const parts = typeof text === 'string' ? WRITTEN.exec(text)?.slice(1) : undefined;
  const ms = parts?.reduce((sum, part, index) => sum + Number(part ?? 0) * (UNITS_MS[index] as number), 0);
  if (ms !== undefined && ms <= MAXIMUM_MS) return ms;
  const message = 'expected weeks, days, hours, minutes or seconds in ISO 8601, such as P7D or PT12H, up to 100 years';
  throw invalidRequest([{ path, message }]);
}
