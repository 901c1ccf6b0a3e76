import { testWholeStory } from '../browser/demo-story.js';
import { demoStories } from '../browser/support/demo-visit.js';
import { mouse } from '../browser/support/hands.js';

const DESKTOP = { width: 1280, height: 900 };

const stories = demoStories();

describe('on a desktop, in light, by mouse only', () => {
  testWholeStory(() => stories.lab, { how: 'mouse', hands: mouse, viewport: DESKTOP, colorScheme: 'light' });
});
