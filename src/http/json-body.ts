import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.js';

/**
 * Bodies are JSON in UTF-8, and any other content type is 415. Fastify's own parser puts U+FFFD for what is not UTF-8: a
 * name in another encoding would be stored as something that nobody wrote.
 */
export function readJsonBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Clients name the type of a body that they do not send: of a POST that takes none, it is no fault.
    if (body.length === 0) return done(null);
    if (isUtf8(body)) return parseJson(request, body.toString(), done);
    done(new Problem('bad_request', 'The body is not UTF-8. Send uncompressed JSON in UTF-8.'));
  });
}
