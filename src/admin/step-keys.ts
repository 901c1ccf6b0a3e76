import type { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { stepKeyOf, type Flow } from '../flow/index.js';
import { invalidRequest } from '../http/problem.js';

/** The steps of all of these versions of a flow, in the order of the first that has them. */
export const stepKeysOf = (versions: readonly Flow[]): string[] => [
  ...new Set(versions.flatMap(({ definition }) => definition.steps.map(({ key }) => key))),
];

/**
 * The key of the step that is meant. Throws `invalid_request`.
 * @param versions any of which may have it
 * @param path of what was written, for the error
 */
export function parseStepKey(versions: readonly Flow[], written: string, path: string): string {
  const key = typeof written === 'string' && versions.map((flow) => stepKeyOf(flow, written)).find(Boolean);
  if (key) return key;
  throw invalidRequest([{ path, message: `expected one of ${stepKeysOf(versions).join(', ')}` }]);
}

/**
 * The same of any version of the flow, those of other builds included: people may be on the way through each of them.
 * @param flowKey as {@link Flow} has it
 */
export async function findStepKey(
  catalog: FlowCatalog,
  flowKey: string,
  written: string,
  path: string,
): Promise<string> {
  const known = catalog.knownVersionsOf(flowKey);
  const isKnown = typeof written === 'string' && known.some((flow) => stepKeyOf(flow, written) !== undefined);
  return parseStepKey(isKnown ? known : await catalog.recentVersionsOf(flowKey), written, path);
}
