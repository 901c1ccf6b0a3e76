import { Fuzz, fuzzSeed } from '../attack/support/fuzz.js';
import { TestService } from '../support/service.js';

const REQUESTS = 100_000;

describe('generated requests to every route, for long', () => {
  let service: TestService;
  let fuzz: Fuzz;
  beforeAll(async () => {
    // On a small plan, what is read at Auth0 would wait for its turn.
    service = await TestService.start({ env: { AUTH0_RATE_PLAN: 'enterprise' } });
    fuzz = await Fuzz.open(service);
  });
  afterAll(async () => {
    fuzz.close();
    await service.stop();
  });

  const seed = fuzzSeed();

  it(`are all answered as the document says, and none by a failure of ours (FUZZ_SEED=${seed})`, async () => {
    console.log(`${REQUESTS} requests were answered with`, await fuzz.run(REQUESTS, seed));
  }, 1_800_000);
});
