import type { FastifyRequest } from 'fastify';
import { LARGEST_BODY_BYTES } from './body-limits.js';
import { Problem } from './problem.js';

const MOST_HEADER_BYTES = 16 * 1024;
/**
 * Node answers headers above its own limit before there is a request: no hook runs, and of a request that came in several
 * packets not even its Origin is known. So Node reads more than we accept, and requests between the two limits get a regular problem.
 */
export const READ_HEADER_BYTES = 3 * MOST_HEADER_BYTES;

/** Every further header costs Node and each of its readers; browsers and proxies together send about 40. */
export const MOST_HEADERS = 200;

/** The colon, the space and the line break. */
const PUNCTUATION = 4;

/** Why a request is refused before its route is looked at; undefined for nearly all. */
export function refusalBeforeRouting({ raw }: FastifyRequest): Problem | undefined {
  const { rawHeaders, url = '', headers, httpVersion } = raw;
  if (rawHeaders.length > 2 * MOST_HEADERS) return headersTooLarge();
  let bytes = url.length;
  for (let index = 0; index < rawHeaders.length; index += 1) bytes += (rawHeaders[index] as string).length;
  if (bytes + (rawHeaders.length / 2) * PUNCTUATION > MOST_HEADER_BYTES) return headersTooLarge();
  if (headers.host === undefined && httpVersion === '1.1') {
    return new Problem('bad_request', 'The Host header is missing; send it.');
  }
  // Checking the token first would cost more than this answer, while bytes arrive that are of no use.
  if (Number(headers['content-length'] ?? 0) > LARGEST_BODY_BYTES) return new Problem('payload_too_large');
  return undefined;
}

export const headersTooLarge = (): Problem => new Problem('headers_too_large');
