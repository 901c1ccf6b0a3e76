import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { LoginLab } from './support/login-lab.js';

let lab: LoginLab;

beforeAll(async () => {
  lab = await LoginLab.open();
});
afterAll(() => lab.close());

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLInputElement;
    return element.value || element.id || element.textContent.trim();
  });

// Each theme and each size once; the soak looks at them the other way round.
test.each([
  { colorScheme: 'light', size: 'phone' },
  { colorScheme: 'dark', size: 'desktop' },
] as const)('every page in $colorScheme on a $size is free of what axe finds, and fits the screen’s width', (look) =>
  lab.lookAtEveryPage(look),
);

test('a demo person is picked with the keyboard alone', async () => {
  await lab.withPage({}, async (page) => {
    await page.goto(lab.authorize());
    const order: string[] = [];
    for (let press = 0; press < 9; press += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    const people = ['ada@acme.example', 'grace@acme.example', 'alan@acme.example', 'kat@globex.example'];
    expect(order).toEqual([...people, 'new@nobody.example', 'email', 'password', 'Log in', 'Sign up']);
    for (let press = 0; press < 8; press += 1) await page.keyboard.press('Shift+Tab');
    expect(await focused(page)).toBe('ada@acme.example');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${lab.app}/?code=*`);
  });
});

test('a wrong password is told at the field that has the focus, and the address is kept', async () => {
  await lab.withPage({}, async (page) => {
    await page.goto(lab.authorize());
    await page.getByLabel('E-mail address').fill('ada@acme.example');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    const email = page.getByRole('textbox', {
      name: 'E-mail address',
      description: 'Wrong e-mail address or password.',
    });
    await email.waitFor();
    expect(await email.inputValue()).toBe('ada@acme.example');
    await eventually(async () => (await focused(page)) === 'ada@acme.example');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
  });
});

test('the application may ask for sign-up, and name who it thinks this is', async () => {
  await lab.withPage({}, async (page) => {
    await page.goto(lab.authorize({ screen_hint: 'signup', login_hint: 'vic@else.example' }));
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('vic@else.example');
    await page.getByLabel('Password').fill('x');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${lab.app}/?code=*`);
  });
});
