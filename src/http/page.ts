import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { IDENTIFIER } from '../auth/identifier.js';
import { UUID } from '../database/uuid.js';
import { EXAMPLE } from './open-api/example-values.js';
import { invalidRequest } from './problem.js';

/*
 * Keyset pages: `limit` and `cursor` in, `items` and `nextCursor` out. A cursor is opaque to callers, so that what a list
 * is ordered by can change.
 */

const DEFAULT_LIMIT = 50;
const MAXIMUM_LIMIT = 200;
const MAXIMUM_BYTES = 48 * 1024;

/** As the query string has them. */
export interface PageQuery {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

export const ApiPage = (): MethodDecorator =>
  applyDecorators(
    ApiQuery({
      name: 'limit',
      required: false,
      description: 'Maximum number of items on a page. A page of large items has fewer.',
      schema: { type: 'integer', minimum: 1, maximum: MAXIMUM_LIMIT, default: DEFAULT_LIMIT, example: DEFAULT_LIMIT },
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      description: '`nextCursor` of the page before; omit it for the first page.',
      schema: { type: 'string', example: EXAMPLE.cursor },
    }),
  );

/** Throws `invalid_request` when it is no whole number in the range. */
export function parseLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAXIMUM_LIMIT) return limit;
  throw invalidRequest([{ path: 'limit', message: `expected a whole number from 1 to ${MAXIMUM_LIMIT}` }]);
}

const encodeCursor = (position: string): string => Buffer.from(position).toString('base64url');

/**
 * The named groups of `pattern` in a cursor, which is somebody else's text: the pattern bounds whatever is handed to
 * PostgreSQL. Undefined without a cursor. Throws `invalid_request` when it does not fit.
 */
export function decodeCursor(cursor: string | undefined, pattern: RegExp): Record<string, string> | undefined {
  if (cursor === undefined) return undefined;
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  // Node passes over what is no base64url, and puts U+FFFD for what is no UTF-8: then it does not read back as it was.
  const position = encodeCursor(text) === cursor && pattern.exec(text)?.groups;
  if (position) return position;
  throw invalidRequest([{ path: 'cursor', message: 'expected the nextCursor of an earlier page' }]);
}

const BY_ID = new RegExp(`^(?<id>${UUID})$`);

/** Where a page ended that is ordered by id. Throws `invalid_request`, as {@link decodeCursor} does. */
export const parseIdCursor = (cursor: string | undefined): string | undefined => decodeCursor(cursor, BY_ID)?.['id'];

const BY_SUBJECT = new RegExp(`^(?<subject>${IDENTIFIER})$`, 'u');

/** Where a page of people ended that is ordered by their `sub`. Throws `invalid_request`, as {@link decodeCursor} does. */
export const parseSubjectCursor = (cursor: string | undefined): string | undefined =>
  decodeCursor(cursor, BY_SUBJECT)?.['subject'];

/**
 * A page ends before `limit` where its items are large, so that no answer is.
 * @param rows one more than `limit`, if there are more: that tells whether there is a next page
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  positionOf: (row: Row) => string,
): Page<Item> {
  const items: Item[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, limit)) {
    const item = itemOf(row);
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (bytes > MAXIMUM_BYTES && items.length > 0) break;
    items.push(item);
  }
  const last = items.length < rows.length ? rows[items.length - 1] : undefined;
  return { items, nextCursor: last === undefined ? null : encodeCursor(positionOf(last)) };
}

/** Where a page ended that is ordered by time, newest first, and then by id: the next one holds what is older. */
export interface TimedPosition {
  readonly time: Date;
  readonly id: string;
}

const TIMED = new RegExp(`^(?<time>\\d{1,13})\\.(?<id>${UUID})$`);

export const timedPosition = (time: Date, id: string): string => `${time.getTime()}.${id}`;

/** Throws `invalid_request`, as {@link decodeCursor} does. */
export function parseTimedCursor(cursor: string | undefined): TimedPosition | undefined {
  const at = decodeCursor(cursor, TIMED);
  return at && { time: new Date(Number(at['time'])), id: at['id'] as string };
}
