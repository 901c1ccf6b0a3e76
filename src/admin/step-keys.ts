import { stepKeyOf, type Flow } from '../flow/index.js';
import { invalidRequest } from '../http/problem.js';

/** The steps of all of these versions of a flow, in the order of the first that has them. */
export const stepKeysOf = (versions: readonly Flow[]): string[] => [
  ...new Set(versions.flatMap(({ definition }) => definition.steps.map(({ key }) => key))),
];

/**
 * The key of the step that is meant. Throws `invalid_request`.
 * @param versions any of which may have it: somebody may still be on the way through an older one
 * @param path of what was written, for the error
 */
export function parseStepKey(versions: readonly Flow[], written: string, path: string): string {
  const key = typeof written === 'string' && versions.map((flow) => stepKeyOf(flow, written)).find(Boolean);
  if (key) return key;
  throw invalidRequest([{ path, message: `expected one of ${stepKeysOf(versions).join(', ')}` }]);
}
