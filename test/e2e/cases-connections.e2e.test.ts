import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import type { Config } from '../../src/config/config.js';
import { createApp } from '../../src/service.js';
import { ClingingClients } from '../support/clinging-clients.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';

const CLIENTS = 200;
const MOST = 20;
const MOST_STREAMS = 0.8 * MOST;

let service: TestService;
const apps: NestFastifyApplication[] = [];
beforeAll(async () => {
  const create = async (config: Config): Promise<NestFastifyApplication> => {
    const app = await createApp(config);
    apps.push(app);
    return app;
  };
  service = await TestService.start({ create });
});
afterAll(() => service.stop());

const connectionsOf = (app: NestFastifyApplication): Promise<number> => {
  const server = app.getHttpServer();
  return promisify(server.getConnections.bind(server))();
};

test('A10: connections whose answer ends them are closed, though their clients never close them', async () => {
  const [app] = apps;
  const before = await connectionsOf(app!);
  const post = 'POST /v1/onboarding/workspace/transitions HTTP/1.1\r\nHost: x\r\n';
  const texts = [
    'no HTTP\r\n\r\n',
    `GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`,
    'GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET /v1/me HTTP/1.1\r\n\r\n',
    `${post}Transfer-Encoding: chunked\r\n\r\n1\r\n{`,
    `${post}Content-Length: 999999\r\n\r\n{`,
  ];
  const clients = await ClingingClients.open(service.url, CLIENTS, (index) => texts[index % texts.length]!);
  try {
    await eventually(async () => (await connectionsOf(app!)) <= before);
  } finally {
    clients.release();
  }
});

describe('A10: a process with MAX_CONNECTIONS', () => {
  let url: string;
  let limited: NestFastifyApplication;
  beforeAll(async () => {
    url = await service.startAnother({ MAX_CONNECTIONS: String(MOST) });
    limited = apps.at(-1)!;
  });

  const open = async (): Promise<Socket> => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return socket;
  };

  test('closes what comes above them, and accepts new ones as soon as others have ended', async () => {
    const sockets: Socket[] = [];
    while ((await connectionsOf(limited)) < MOST) sockets.push(await open());
    const refused = await open();
    refused.on('error', () => undefined).resume();
    await once(refused, 'close');
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await connectionsOf(limited)) === 0);
    expect((await service.person().at(url).me()).status).toBe(200);
  });

  test('refuses event streams before they take all of them, says when to come back, and goes on answering', async () => {
    const people = Array.from({ length: MOST_STREAMS }, () => service.person().at(url));
    const streams: EventStream[] = [];
    for (const person of people) streams.push(await EventStream.open(person));
    const late = service.person().at(url);
    const { status, headers, body } = await late.get('/v1/onboarding/workspace/events');
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'overloaded', '5']);
    expect(body.detail).toMatch(/16 open event streams/);
    expect((await late.view()).status).toBe(200);
    streams[0]!.close();
    await eventually(async () => {
      const stream = await EventStream.open(late).catch(() => undefined);
      stream?.close();
      return stream !== undefined;
    });
    for (const stream of streams) stream.close();
  });
});
