import jwt from 'jsonwebtoken';
import { Problem } from '../http/problem.js';
import { invalidToken } from './unauthenticated.js';

/** Beginnings of jsonwebtoken's messages, which has one error class for nearly all of them. */
const DETAILS: readonly (readonly [message: string, detail: string])[] = [
  ['jwt audience invalid', 'The access token is for another audience; ask for one with the identifier of this API.'],
  ['jwt issuer invalid', 'The issuer of the access token is not accepted.'],
  ['invalid signature', 'The signature of the access token is not valid; send the token unchanged.'],
  ['jwt signature is required', 'The access token is not signed.'],
];

/** Turns what passport reports about a refused token into a Problem; a Problem from the key lookup passes through. */
export function tokenProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof jwt.TokenExpiredError) {
    return invalidToken('The access token has expired; ask for a new one.', error);
  }
  if (error instanceof jwt.NotBeforeError) {
    return invalidToken('The access token is not valid yet ("nbf"); compare the clocks of issuer and service.', error);
  }
  const message = error instanceof Error ? error.message : '';
  const detail = DETAILS.find(([beginning]) => message.startsWith(beginning))?.[1];
  return invalidToken(detail ?? 'The access token is malformed; ask for a new one.', error);
}
