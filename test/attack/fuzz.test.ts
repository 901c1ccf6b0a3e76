import { TestService } from '../support/service.js';
import { verified } from '../support/verified.js';
import { Fuzz, fuzzSeed } from './support/fuzz.js';

/*
 * A new route is fuzzed as soon as the OpenAPI document has it; nothing is to be added here. Good values for its own
 * parameter and field names go into `wordsOf` (support/fuzz.ts). `npm run soak` sends 100,000 requests.
 */

const REQUESTS = 2_000;

describe('generated requests to every route', () => {
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
    const statuses = await fuzz.run(REQUESTS, seed);
    // Not all of them may be stopped at the door: the rules, the preconditions and the data have to be reached, too.
    expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['200', '400', '401', '403', '404', '409', '422']));
  }, 180_000);

  it('leave every progress as its history says', async () => {
    const { checked, findings } = await verified(service.database.appUrl);
    expect(findings).toEqual([]);
    expect(checked).toBeGreaterThan(2);
  });
});
