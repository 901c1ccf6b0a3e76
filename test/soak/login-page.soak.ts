import { LoginLab } from '../browser/support/login-lab.js';

let lab: LoginLab;

beforeAll(async () => {
  lab = await LoginLab.open();
});
afterAll(() => lab.close());

test.each([
  { colorScheme: 'dark', size: 'phone' },
  { colorScheme: 'light', size: 'desktop' },
] as const)(
  'every login page in $colorScheme on a $size is free of what axe finds, and fits the screen’s width',
  (look) => lab.lookAtEveryPage(look),
);
