import { invalidRequest } from './problem.js';

/** One member of a list of entity tags, which may be empty (RFC 9110, 5.6.1), and the comma behind it. */
const MEMBER = /[ \t]*(?:(?:W\/)?"(?<tag>[\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|$)/y;

/** The tags of a list without their quotes and weakness; undefined when it is malformed or holds no tag. */
function parseTags(header: string): string[] | undefined {
  const tags: string[] = [];
  MEMBER.lastIndex = 0;
  while (MEMBER.lastIndex < header.length) {
    const member = MEMBER.exec(header);
    if (!member) return undefined;
    const tag = member.groups?.['tag'];
    if (tag !== undefined) tags.push(withoutCoding(tag));
  }
  return tags.length ? tags : undefined;
}

/**
 * What servers append that change the content coding of an answer on its way: `-gzip` (Apache, Caddy), `--gzip` (Jetty),
 * `;gz` (LiteSpeed, which also writes `;;;`), and once more for each such server in a row. Our own tags end in 24 letters
 * a–p or in a digit, so none of them ends like this. The bounds keep a hostile header from costing more than its length.
 */
const CODINGS = /(?:[-;:]{1,3}(?:(?:x-)?gzip|gunzip|gz|brotli|br|zstd|deflate|compress)|;;;){1,4}$/i;

const withoutCoding = (tag: string): string => tag.replace(CODINGS, '');

/**
 * RFC 9110, 13.1.2: whether the caller already has this representation. Comparison is weak. A malformed header is ignored:
 * the whole answer is never wrong.
 */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return parseTags(ifNoneMatch)?.includes(etag.slice(1, -1)) ?? false;
}

/**
 * RFC 9110, 13.1.1: whether the caller's premise still holds. A tag is a whole entity tag, or the bare revision at its
 * beginning. Throws `invalid_request` for a malformed header: a premise that cannot be read must not be passed over.
 */
export function matches(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true;
  const tags = parseTags(ifMatch);
  if (!tags) {
    const message = 'expected "*" or entity tags in double quotes, such as "12"';
    throw invalidRequest([{ path: 'If-Match', message }]);
  }
  const current = etag.slice(1, -1);
  const revision = current.split('-', 1)[0];
  return tags.some((tag) => tag === current || tag === revision);
}
