import { types } from 'node:util';
import { DatabaseError } from 'pg';

/** The database did not answer. The caller may try again; whatever was asked may or may not have happened. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super(`The database did not answer: ${messageOf(cause)}`, { cause });
    this.name = 'DatabaseUnavailable';
  }
}

/** The database is there, but has no connection or lock to spare for this process. Nothing was changed. */
export class DatabaseOverloaded extends Error {
  constructor(cause: unknown) {
    super(`The database is too busy: ${messageOf(cause)}`, { cause });
    this.name = 'DatabaseOverloaded';
  }
}

/** The service has not passed its checks since the start; the message says what is missing. */
export class DatabaseNotReady extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DatabaseNotReady';
  }
}

/** The server answers, and must not be used: a standby, or one with data that this process has left for later data. */
export class WrongServerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WrongServerError';
  }
}

/** What a statement was judged on is of another data set than the one that it would be sent to. It was not sent. */
export class LineageChangedError extends DatabaseUnavailable {
  constructor() {
    super('its data was exchanged for other data while the request was under way');
    this.name = 'LineageChangedError';
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/**
 * By SQLSTATE, never by name (https://www.postgresql.org/docs/current/errcodes-appendix.html): connection exceptions,
 * insufficient resources (but connections), operator intervention (statement timeouts included), system errors, a
 * read-only standby, and what refuses a new session: the login, a database that is gone (3D000), or one that takes no
 * connections (55000).
 */
const UNAVAILABLE = /^(08|53(?!300)|57P|57014|58|25006|28|3D000|55000|XX)/;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const LOCK_NOT_AVAILABLE = '55P03';
const UNIQUE_VIOLATION = '23505';
/** What a row refers to was removed meanwhile, as when its person was erased. */
const FOREIGN_KEY_VIOLATION = '23503';
/** Of the server, the database or the role; whoever holds them gives them back. */
const TOO_MANY_CONNECTIONS = '53300';
const LOST_RACE = new Set([SERIALIZATION_FAILURE, DEADLOCK_DETECTED, UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION]);
const BUSY = new Set([SERIALIZATION_FAILURE, DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE, TOO_MANY_CONNECTIONS]);

export const sqlStateOf = (error: unknown): string | undefined =>
  error instanceof DatabaseError || (error instanceof Error && 'code' in error && 'severity' in error)
    ? ((error as DatabaseError).code ?? undefined)
    : undefined;

/** Somebody else was first, and trying again at once helps. Not so after a lock timeout: that has waited already. */
export const isLostRace = (error: unknown): boolean =>
  LOST_RACE.has(sqlStateOf(error instanceof DatabaseOverloaded ? error.cause : error) ?? '');
export const isLockTimeout = (error: unknown): boolean => sqlStateOf(error) === LOCK_NOT_AVAILABLE;
/** Another session holds a lock that the statement needs: waiting took too long, or each waited for the other. */
export const isBlocked = (error: unknown): boolean =>
  [LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED].includes(sqlStateOf(error) ?? '');
const isBusy = (error: unknown): boolean => BUSY.has(sqlStateOf(error) ?? '');

/** Errors of the socket carry a Node code (ECONNREFUSED …); errors of pg's own, only a message. */
const CONNECTION_MESSAGE =
  /Connection terminated|Client has encountered a connection error|not queryable|Query read timeout|timeout expired/;
const POOL_MESSAGE = /timeout exceeded when trying to connect/;

export function isUnavailable(error: unknown): boolean {
  if (error instanceof WrongServerError) return true;
  const state = sqlStateOf(error);
  if (state !== undefined) return UNAVAILABLE.test(state);
  // Not `instanceof`: Node's own errors are of another realm where a test runs in a sandbox.
  if (!types.isNativeError(error)) return false;
  const isSocketError = 'syscall' in error || ('code' in error && /^E[A-Z]+$/.test(String(error.code)));
  return isSocketError || CONNECTION_MESSAGE.test(error.message);
}

/** No session can be had (28, 3D000 included), the session ended, or the query took too long: 57014 by the server's clock. */
const OUTAGE = /^(08|57P0|57014|28|3D000)/;

/**
 * Whether the error tells of a database that is gone or hangs, so that asking again only costs time. Waiting for a free
 * connection of the pool is not among it, nor is a database that answers with an error.
 */
export function isOutage(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === undefined ? isUnavailable(error) : OUTAGE.test(state);
}

/** Turns what the driver throws into what the service tells apart; anything else passes through as it is. */
export function translateError(error: unknown, poolIsFull: boolean): unknown {
  if (isUnavailable(error)) return new DatabaseUnavailable(error);
  if (isBusy(error)) return new DatabaseOverloaded(error);
  if (error instanceof Error && POOL_MESSAGE.test(error.message)) {
    return poolIsFull ? new DatabaseOverloaded(error) : new DatabaseUnavailable(error);
  }
  return error;
}
