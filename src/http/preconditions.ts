import { invalidRequest } from './problem.js';

const ENTITY_TAG = /^(?:W\/)?"(?<tag>[\x21\x23-\x7e\x80-\xff]*)"$/;

function parseTags(header: string, name: string): string[] {
  return header.split(',').map((item) => {
    const tag = ENTITY_TAG.exec(item.trim())?.groups?.['tag'];
    if (tag === undefined) {
      throw invalidRequest([{ path: name, message: 'expected "*" or entity tags in double quotes, such as "12"' }]);
    }
    return tag;
  });
}

/** RFC 9110, 13.1.2: whether the caller already has this representation. Comparison is weak. */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || parseTags(ifNoneMatch, 'If-None-Match').includes(etag.slice(1, -1));
}

/**
 * RFC 9110, 13.1.1: whether the caller's premise still holds. A tag is a whole entity tag, or the bare revision at its
 * beginning.
 */
export function matches(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true;
  const current = etag.slice(1, -1);
  const revision = current.split('-')[0];
  return parseTags(ifMatch, 'If-Match').some((tag) => tag === current || tag === revision);
}
