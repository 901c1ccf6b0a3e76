import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { wholeFetch } from '../../../src/auth0-sync/whole-fetch.js';
import { withDeadline } from '../../../src/http/deadline.js';

const LIMIT_MS = 200;

/** Starts an answer and never finishes it. */
const server: Server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"keys":');
});
let url = '';
let collecting: NodeJS.Timeout;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collecting = setInterval(collectGarbage, LIMIT_MS / 10);
});

afterAll(async () => {
  clearInterval(collecting);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const readAll = (stopping?: AbortSignal, limitMs = LIMIT_MS) =>
  withDeadline(limitMs, stopping, async (signal) => (await fetch(url, { signal })).text());

describe('a request whose answer stops in the middle, while memory is cleaned up', () => {
  test('ends at its deadline', async () => {
    await expect(readAll(new AbortController().signal)).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(readAll()).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('ends when its owner stops', async () => {
    const owner = new AbortController();
    const reading = readAll(owner.signal, 60_000);
    setTimeout(() => owner.abort(new Error('The owner stops')), LIMIT_MS);
    await expect(reading).rejects.toThrow('The owner stops');
    await expect(readAll(owner.signal, 60_000)).rejects.toThrow('The owner stops');
  });

  test('ends as a call to Auth0, too', async () => {
    const answer = await wholeFetch(LIMIT_MS, new AbortController().signal)(url);
    expect([answer.status, await answer.json()]).toEqual([599, { message: `no whole answer within ${LIMIT_MS} ms` }]);
  });
});
