// What any answer costs that Node's HTTP server gives: it reads the request as the service lets Node read it
// (src/http/server.ts) and refuses it. Run with an IPC channel and test/support/cpu-probe.mjs; says at which port it listens.
import { createServer } from 'node:http';
import process from 'node:process';

const BODY = JSON.stringify({ code: 'unauthenticated', detail: 'x'.repeat(300) });
const MOST_HEADERS = 200;
const LARGEST_BODY_BYTES = 128 * 1024;

const server = createServer(
  { maxHeaderSize: 48 * 1024, requireHostHeader: false },
  ({ rawHeaders, headers }, response) => {
    const isTooLarge = Number(headers['content-length'] ?? 0) > LARGEST_BODY_BYTES;
    if (isTooLarge || rawHeaders.length > 2 * MOST_HEADERS) response.setHeader('Connection', 'close');
    response.writeHead(401, { 'Content-Type': 'application/problem+json', 'Content-Length': BODY.length }).end(BODY);
  },
);
server.maxHeadersCount = MOST_HEADERS + 1;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
