import type { FastifyReply } from 'fastify';
import { Auth0Error } from '../auth0-error.js';
import type { Clock } from '../clock.js';
import { managementError } from '../management/management-error.js';
import type { Operation } from '../operation.js';
import type { Fault } from './fault.js';

const DEFAULT_RESET_MS = 1000;
const MANAGEMENT: readonly Operation[] = ['read_user', 'write_user', 'list_users'];
const GATEWAY_PAGE = `<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>cloudflare</center>
</body>
</html>
`;

/** An error in the form of the API that the operation belongs to. */
export function errorOf(operation: Operation, status: number, message: string, code: string): Auth0Error {
  return MANAGEMENT.includes(operation)
    ? managementError(status, message, status < 500 ? code : undefined)
    : Auth0Error.oauth(status, code, message);
}

/** Answers in place of the endpoint. */
export async function answerWith(
  { kind, status = 500, delayMs = DEFAULT_RESET_MS }: Fault,
  operation: Operation,
  reply: FastifyReply,
  clock: Clock,
): Promise<void> {
  switch (kind) {
    case 'rate_limited': {
      const reset = Math.ceil((clock.now() + delayMs) / 1000);
      void reply.headers({ 'x-ratelimit-limit': 50, 'x-ratelimit-remaining': 0, 'x-ratelimit-reset': reset });
      throw errorOf(operation, 429, 'Global limit has been reached', 'too_many_requests');
    }
    case 'server_error':
      throw errorOf(operation, status, 'Internal Server Error', 'server_error');
    case 'unauthorized_until_new_token':
      throw managementError(401, 'Invalid token');
    case 'scope_missing_until_new_token':
      throw managementError(403, 'Insufficient scope, expected any of: read:users', 'insufficient_scope');
    case 'bad_gateway':
      return void (await reply.status(502).type('text/html').send(GATEWAY_PAGE));
    case 'garbage':
      return void (await reply.type('application/json').send('{"keys":[{"kty":"RSA","kid":"'));
    case 'empty':
      return void (await reply.send(operation === 'jwks' ? { keys: [] } : {}));
    default:
      throw new Error(`A fault that has no answer of its own: ${kind}`);
  }
}
