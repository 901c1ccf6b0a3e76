import { check, STORY_TIMEOUT_MS, testWholeStory } from './demo-story.js';
import { button, signUp } from './support/demo-page.js';
import { demoStories } from './support/demo-visit.js';
import { keyboard, mouse } from './support/hands.js';

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const stories = demoStories();

describe('on a phone, in dark, by keyboard only', () => {
  testWholeStory(() => stories.lab, { how: 'keyboard', hands: keyboard, viewport: PHONE, colorScheme: 'dark' });
});

test(
  'the guided minute goes on by what happens, and ends with nothing lost',
  async () => {
    const device = await stories.lab.device({ viewport: DESKTOP });
    const page = await device.open(stories.lab.url());
    const guide = page.getByRole('complementary', { name: 'The guided minute' });
    await button(page, /See it break/).click();
    await guide.getByRole('button', { name: 'Sign up' }).click();
    await signUp(page, mouse, 'min@petal.example');
    await guide.getByRole('button', { name: 'Stop the database' }).click();
    await guide.getByRole('heading', { name: 'Go on as if nothing were' }).waitFor();
    await page.getByLabel('Business name').fill('Minute');
    await guide.getByRole('button', { name: 'Start the database' }).click();
    await guide.getByText(/each step counted once/).waitFor();
    await check(page);
    await guide.getByRole('button', { name: 'Done' }).click();
    expect(await guide.count()).toBe(0);
    expect(device.errors).toEqual([]);
  },
  STORY_TIMEOUT_MS,
);
