import { TestService } from '../support/service.js';

const BURST = 5;
/** One request in 100 s: nothing is given back while these tests run. */
const LIMITED = { RATE_LIMIT_BURST: String(BURST), RATE_LIMIT_PER_SECOND: '0.01' };

let service: TestService;
beforeAll(async () => {
  service = await TestService.start({ env: LIMITED });
});
afterAll(() => service.stop());

const statusesOf = async (answers: Iterable<Promise<{ status: number }>>): Promise<number[]> =>
  (await Promise.all(answers)).map(({ status }) => status).toSorted();

/** The service as the proxy at the loopback address sends it requests of this client. */
const from = (address: string) => service.anonymous().with({ 'x-forwarded-for': address });

test('A03: answers to callers without a valid token are limited by address, and say when to try again', async () => {
  const stranger = service.anonymous();
  const forger = stranger.with({ authorization: 'Bearer rubbish' });
  expect(await statusesOf(Array.from({ length: BURST }, (_, time) => (time % 2 ? stranger : forger).me()))).toEqual(
    Array(BURST).fill(401),
  );
  for (const { status, headers, body } of [
    await stranger.me(),
    await forger.me(),
    await stranger.get('/openapi.json'),
  ]) {
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(90);
  }
});

test('A03: that limit never refuses a caller whose token is accepted, new or known, nor a probe', async () => {
  const stranger = service.anonymous();
  await Promise.all(Array.from({ length: BURST + 1 }, () => stranger.me()));
  expect((await stranger.me()).status).toBe(429);
  const person = service.person();
  expect([(await person.me()).status, (await person.me()).status]).toEqual([200, 200]);
  const probes = Array.from({ length: BURST + 1 }, () => stranger.get('/health/ready'));
  expect(await statusesOf(probes)).toEqual(Array(BURST + 1).fill(200));
});

test('A03: requests with a valid token do not count, so that strangers of the same address get their share', async () => {
  const url = await service.startAnother();
  await Promise.all(Array.from({ length: BURST + 3 }, () => service.person().at(url).me()));
  const strangers = Array.from({ length: BURST }, () => service.anonymous().at(url).me());
  expect(await statusesOf(strangers)).toEqual(Array(BURST).fill(401));
});

describe('A03: behind a proxy', () => {
  test('each client has its own limit once the proxy is trusted', async () => {
    const url = await service.startAnother({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' });
    for (const client of ['203.0.113.7', '203.0.113.8, 10.1.2.3']) {
      const answers = Array.from({ length: BURST + 1 }, () => from(client).at(url).me());
      expect(await statusesOf(answers)).toEqual([...Array(BURST).fill(401), 429]);
    }
  });

  test('a client does not get another limit by naming another address before the proxy adds its own', async () => {
    const url = await service.startAnother({ TRUSTED_PROXIES: '127.0.0.1' });
    const answers = Array.from({ length: BURST + 1 }, (_, time) =>
      from(`198.51.100.${time}, 203.0.113.7`).at(url).me(),
    );
    expect(await statusesOf(answers)).toEqual([...Array(BURST).fill(401), 429]);
  });

  test('the header is not believed while no proxy is trusted', async () => {
    const url = await service.startAnother();
    const answers = Array.from({ length: BURST + 1 }, (_, time) => from(`203.0.113.${time}`).at(url).me());
    expect(await statusesOf(answers)).toEqual([...Array(BURST).fill(401), 429]);
  });
});
