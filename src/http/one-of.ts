import { invalidRequest } from './problem.js';

/**
 * A parameter that is one of a few words; undefined where it was left out. Throws `invalid_request`.
 * @param path of the parameter, for the error
 */
export function parseOneOf<Word extends string>(
  words: readonly Word[],
  text: string | undefined,
  path: string,
): Word | undefined {
  const word = words.find((known) => known === text);
  if (text === undefined || word !== undefined) return word;
  throw invalidRequest([{ path, message: `expected one of ${words.join(', ')}` }]);
}
