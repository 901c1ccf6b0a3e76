import { staleClient } from './browser-differences.js';
import {
  attestations,
  closedTenant,
  erasedPerson,
  neverOpened,
  removedMember,
  unavailableVersion,
} from './database-differences.js';
import type { Difference, Evidence, Rule } from './difference.js';
import { ahead, behind, edited, failing, missing, otherLineage, parked } from './mirror-differences.js';

/** In the order in which they explain: what keeps the person out, then the steps, then the levels below. */
const RULES: readonly Rule[] = [
  closedTenant,
  removedMember,
  erasedPerson,
  neverOpened,
  unavailableVersion,
  attestations,
  otherLineage,
  ahead,
  edited,
  missing,
  parked,
  failing,
  behind,
  staleClient,
];

/** Names every difference between the levels, and whatever else makes a person see what they see. */
export const differencesIn = (evidence: Evidence): Difference[] => RULES.flatMap((rule) => rule(evidence));
