import { newest } from '../../../src/auth0-sync/mirror-order.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 1, 0, minute));
/** @param changed minute of the last change; by default as many as there were changes */
const copy = (lineage: string, revision: number, minute: number, changed = revision) => ({
  mirror: { lineage, asOf: at(minute) },
  flow: { revision, updatedAt: at(changed) },
});
type Copy = ReturnType<typeof copy>;

it.each<[string, Copy, Copy]>([
  [
    'of the database’s lineage, though the other has a higher revision and is later',
    copy('now', 1, 0),
    copy('was', 9, 9),
  ],
  ['with the higher revision, though it was taken earlier', copy('now', 2, 0), copy('now', 1, 9)],
  ['that was taken later, of the same revision', copy('now', 2, 9), copy('now', 2, 0)],
  ['with the higher revision in a lineage that is not the database’s', copy('was', 2, 0), copy('was', 1, 9)],
  ['that was changed later, as after an erasure, when revisions begin again', copy('now', 1, 9, 9), copy('now', 5, 5)],
  ['that was taken later of two other lineages, whatever their revisions', copy('was', 1, 9), copy('older', 9, 0)],
])('A13: of two copies, believes the one %s', (_which, better, worse) => {
  expect(newest([better, worse], 'now')).toBe(better);
  expect(newest([worse, better], 'now')).toBe(better);
  expect(newest([undefined, better], 'now')).toBe(better);
  expect(newest<Copy>([undefined, undefined], 'now')).toBeUndefined();
});
