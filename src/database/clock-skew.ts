/** Clocks that are kept in step (NTP) are milliseconds apart. More than this is named. */
const NAMED_FROM_MS = 2_000;

export const isSkewed = (skewMs: number | null): skewMs is number =>
  skewMs !== null && Math.abs(skewMs) > NAMED_FROM_MS;

/** Such as "600 s ahead of". */
export function skewText(skewMs: number): string {
  return `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'}`;
}
