import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';
import { DatabaseUnavailable } from './database-errors.js';

/**
 * Cuts a connection off: its statements fail, and its pool makes another. `end()` would first let pipelined statements be
 * answered. The error does not count as an outage: the database is there.
 */
export function sever(client: ClientBase): void {
  const { stream } = (client as ClientBase & { readonly connection: { readonly stream: Socket } }).connection;
  stream.destroy(new DatabaseUnavailable('the connection was cut, because it may lead to data of before'));
}
