import type { Difference, Evidence, Rule } from './difference.js';

const told = (code: Difference['code'], message: string): Difference => ({ code, level: 'auth0', step: null, message });

const timed = (date: Date | null): string => (date ? date.toISOString() : 'never');

/** What Auth0 holds, seen just now or when it was last looked at; undefined when it is not known. */
function driftOf({ live, mirror }: Evidence): { drift: string | null; seen: string } | undefined {
  if (live && live.outcome !== 'unreachable') return { drift: live.drift, seen: 'now' };
  return mirror?.checked_at ? { drift: mirror.drift, seen: `on ${timed(mirror.checked_at)}` } : undefined;
}

export const behind: Rule = (evidence) => {
  const { mirror, live, flow, view } = evidence;
  const changes = mirror ? Math.max(mirror.wanted - mirror.mirrored, mirror.tenant_wanted - mirror.mirrored_tenant) : 0;
  const found = live?.outcome === 'read' ? live.content.flows.get(flow.key) : undefined;
  const isSeen = live?.outcome === 'read' && live.drift === 'behind';
  if (changes <= 0 && !isSeen) return [];
  const holds =
    found && view
      ? `it holds revision ${found.revision} of ${view.revision}`
      : `${changes} ${changes === 1 ? 'change waits' : 'changes wait'}`;
  const next = mirror?.due_at ? `it is sent on ${timed(mirror.due_at)}` : 'it is sent with the next change';
  return [told('mirror_behind', `Auth0 is behind the database: ${holds}; ${next}. Nobody is held up by it.`)];
};

export const ahead: Rule = (evidence) => {
  const { mirror } = evidence;
  const seen = driftOf(evidence);
  if (seen?.drift !== 'ahead' && !mirror?.case_id) return [];
  const next = mirror?.case_id
    ? `Decide which is right: case ${mirror.case_id}.`
    : 'A case is raised when it is compared (auth0-sync/reconcile).';
  return [
    told('mirror_ahead', `Auth0 knows of progress that the database has not (seen ${seen?.seen ?? 'before'}). ${next}`),
  ];
};

export const edited: Rule = (evidence) => {
  const seen = driftOf(evidence);
  if (seen?.drift !== 'not_ours') return [];
  return [
    told(
      'mirror_edited',
      `What lies in Auth0 (seen ${seen.seen}) was not sealed by this installation for this person: somebody edited it, or the ` +
        'key changed. It is never believed, and the next send replaces it.',
    ),
  ];
};

export const missing: Rule = (evidence) => {
  const seen = driftOf(evidence);
  if (seen?.drift !== 'missing') return [];
  return [
    told(
      'mirror_missing',
      `Auth0 holds nothing of the person (seen ${seen.seen}); the next send, or a reconciliation, mends it.`,
    ),
  ];
};

export const parked: Rule = ({ mirror }) =>
  mirror?.parked
    ? [
        told(
          'mirror_parked',
          `Nothing is sent to Auth0 until the next change, or until somebody reconciles: ${mirror.parked}.`,
        ),
      ]
    : [];

export const failing: Rule = ({ mirror }) =>
  mirror?.last_error && !mirror.parked
    ? [
        told(
          'mirror_failing',
          `The last ${mirror.attempts} sends to Auth0 failed (${mirror.last_error}); tried again on ${timed(mirror.due_at)}.`,
        ),
      ]
    : [];

export const otherLineage: Rule = ({ mirror, live, lineage }) => {
  const mirrored = live?.outcome === 'read' ? live.content.lineage : mirror?.lineage;
  if (!mirrored || mirrored === lineage) return [];
  return [
    told(
      'lineage_changed',
      `What Auth0 holds is of another data set (${mirrored}): the database was restored or moved since (${lineage} now). ` +
        'Their revisions cannot be compared; Auth0 is read before it is written.',
    ),
  ];
};
