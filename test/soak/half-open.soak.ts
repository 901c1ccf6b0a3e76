import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuiltService } from '../support/built-service.js';
import { ClingingClients } from '../support/clinging-clients.js';
import { TestService } from '../support/service.js';

const CLIENTS = 200;
const LONGEST_MS = 45_000;
const MOVES = 'POST /v1/onboarding/workspace/transitions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

it(
  'A10: 200 connections of clients that never close are closed within 45 s',
  async () => {
    const lab = await TestService.start();
    const service = await BuiltService.start(lab.env);
    const descriptors = async (): Promise<number> => (await readdir(`/proc/${service.pid}/fd`)).length;
    const token = `Authorization: Bearer ${lab.token('auth0|clinging')}\r\n`;
    const texts = [
      // Nothing at all, half a head, half a body with a token and without one.
      '',
      'GET /v1/me HTTP/1.1\r\nHost: x\r\n',
      `${MOVES}${token}Content-Length: 100\r\n\r\n{`,
      `${MOVES}Content-Length: 100\r\n\r\n{`,
      // Chunks without an end, and an answer that closes.
      `${MOVES}${token}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
      `GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${token}\r\n`,
      'no HTTP\r\n\r\n',
      `GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`,
    ];
    try {
      const before = await descriptors();
      const openedAt = performance.now();
      const clients = await ClingingClients.open(service.url, CLIENTS, (index) => texts[index % texts.length]!);
      let most = 0;
      let left: number;
      do {
        await sleep(500);
        left = (await descriptors()) - before;
        most = Math.max(most, left);
      } while (left > 0 && performance.now() - openedAt < 2 * LONGEST_MS);
      const seconds = Math.round((performance.now() - openedAt) / 1000);
      clients.release();
      console.log(`At most ${most} descriptors more than before; ${left} more after ${seconds} s.`);
      expect(left).toBeLessThanOrEqual(0);
      expect(seconds).toBeLessThan(LONGEST_MS / 1000);
    } finally {
      service.signal('SIGKILL');
      await service.ended();
      await lab.stop();
    }
  },
  4 * LONGEST_MS,
);
