import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { MAXIMUM_VALUES } from './body-limits.js';
import { invalidRequest, Problem } from './problem.js';

/**
 * Bodies are JSON in UTF-8, and any other content type is 415. Fastify's own parser replaces bytes that are not UTF-8 by
 * U+FFFD: a name in another encoding would be stored as something that the caller did not write.
 */
export function readJsonBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Clients name the type of a body that they do not send: of a POST that takes none, it is no fault.
    if (body.length === 0) return done(null);
    if (!isUtf8(body))
      return done(new Problem('bad_request', 'The body is not UTF-8. Send uncompressed JSON in UTF-8.'));
    if (hasTooManyValues(body)) {
      return done(invalidRequest([{ path: '', message: `has more than ${MAXIMUM_VALUES} values; send fewer` }]));
    }
    return parseJson(request, body.toString(), done);
  });
}

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = ['"', '\\', ',', '[', '{'].map((text) => text.charCodeAt(0));

/**
 * Whether the body holds more values than any route takes, found without parsing it: for so many, the parser and everything
 * behind it cost far more than this. Well-formed JSON of n values has fewer than n commas, and at most n + 1 brackets.
 */
function hasTooManyValues(body: Buffer): boolean {
  let [commas, brackets] = [0, 0];
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfText(body, at);
    else if (byte === COMMA) commas += 1;
    else if (byte === BRACKET || byte === BRACE) brackets += 1;
  }
  return commas > MAXIMUM_VALUES || brackets > MAXIMUM_VALUES + 1;
}

/** Where the text ends that begins with the quote at this place. */
function endOfText(body: Buffer, start: number): number {
  for (let end = body.indexOf(QUOTE!, start + 1); end >= 0; end = body.indexOf(QUOTE!, end + 1)) {
    let backslashes = 0;
    while (body[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return body.length;
}
