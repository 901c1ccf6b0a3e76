import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';

/**
 * Cuts a connection off: its statements fail, and its pool makes another. `end()` would first let pipelined statements be
 * answered.
 */
export function sever(client: ClientBase): void {
  (client as ClientBase & { readonly connection: { readonly stream: Socket } }).connection.stream.destroy();
}
