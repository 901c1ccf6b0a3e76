import type { Rule } from './difference.js';

/** When the service last heard of the person's browser; reads are noted once an hour. */
export function lastHeardOf({ mirror, lastMove }: Parameters<Rule>[0]): Date | undefined {
  const times = [mirror?.seen_at, lastMove?.at].filter((time) => time !== undefined);
  return times.toSorted((one, other) => other.getTime() - one.getTime())[0];
}

/** The browser keeps what it was last told, and shows it until it asks again. */
export const staleClient: Rule = (evidence) => {
  const { view, progress, lastMove, erasedAt } = evidence;
  const heard = lastHeardOf(evidence);
  if (!view || !progress || erasedAt || !heard || progress.updatedAt <= heard) return [];
  const has = lastMove ? `revision ${lastMove.revision} or later` : 'an earlier revision';
  return [
    {
      code: 'client_stale',
      level: 'browser',
      step: null,
      message:
        `The person was last seen on ${heard.toISOString()} (give or take an hour), before the newest change: until it asks ` +
        `again, a browser of theirs may show ${has} instead of ${view.revision}.`,
    },
  ];
};
