import { testLongWaits } from '../browser/long-waits.js';
import { BrowserLab } from '../browser/support/browser-lab.js';

describe('what takes minutes, with the real clocks', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  testLongWaits(() => lab, { isScaled: false });
});
