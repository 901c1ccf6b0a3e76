import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BrowserLab } from './support/browser-lab.js';
import { historyOf } from './support/operation-log.js';

/** Chromium's own setting "block all site data". */
const BLOCK_SITE_DATA = { profile: { default_content_setting_values: { cookies: 2 } } };

describe('a browser that keeps nothing', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('18 and S55: with site data blocked, nothing fails, clicks reach the service, and the person is told', async () => {
    const profile = await mkdtemp(path.join(tmpdir(), 'foothold-profile-'));
    await mkdir(path.join(profile, 'Default'));
    await writeFile(path.join(profile, 'Default', 'Preferences'), JSON.stringify(BLOCK_SITE_DATA));
    const person = lab.someone();
    const device = await lab.deviceWith(profile);
    try {
      const [first, second] = [await device.open(person), await device.open(person)];
      expect(
        await first.page.evaluate(() => {
          try {
            return String(localStorage);
          } catch (error) {
            return (error as Error).name;
          }
        }),
      ).toBe('SecurityError');
      await Promise.all([first.settled(), second.settled()]);
      expect(await first.state()).toMatchObject({ degradedReason: 'storage', isDegraded: true });
      await first.click('complete', 'profile');
      await first.untilOutcomes(1);
      expect(await first.outcomes()).toEqual(['confirmed']);
      // The tabs talk all the same.
      await second.until(({ revision }) => revision === 1);
      expect([...first.errors, ...second.errors]).toEqual([]);
    } finally {
      await device.context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
    expect(await historyOf(lab.service, person.subject)).toHaveLength(1);
  });

  it('18: with the storage full, nothing fails, clicks reach the service, and what others keep is untouched', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(null);
    const filled = await tab.page.evaluate(() => {
      let block = 'x'.repeat(1024 * 1024);
      for (let count = 0; block.length > 0; count += 1) {
        try {
          localStorage.setItem(`other-${count}`, block);
        } catch {
          block = block.slice(block.length > 1 ? block.length / 2 : 1);
        }
      }
      return Object.keys(localStorage).length;
    });
    await tab.become(person);
    await tab.settled();
    await tab.click('complete', 'profile');
    await tab.untilOutcomes(1);
    expect(await tab.outcomes()).toEqual(['confirmed']);
    expect(await tab.settled()).toMatchObject({ degradedReason: 'storage', steps: { profile: 'completed' } });
    expect(
      await tab.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('other-')).length),
    ).toBe(filled);
    expect(tab.errors).toEqual([]);
    expect(await historyOf(lab.service, person.subject)).toHaveLength(1);
  });
});
