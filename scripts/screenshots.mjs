// Takes the pictures of docs/images anew, from the built demo in a local run of its own. Usage: npm run screenshots
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { browserTests } from './browser-tests.mjs';
import { startLocalRun } from './local-run.mjs';

const images = fileURLToPath(new URL('../docs/images', import.meta.url));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 780 };

const found = browserTests();
if (!found.chromium) throw new Error(found.notice);
mkdirSync(images, { recursive: true });
const local = await startLocalRun();
const browser = await chromium.launch({ executablePath: found.chromium, args: ['--no-sandbox', '--disable-gpu'] });
try {
  await desktop();
  await phone();
} finally {
  await browser.close();
  await local.stop();
}

/** The payment in light, declined, and with the database down in its middle; the product in dark. */
async function desktop() {
  const page = await open({ viewport: DESKTOP, colorScheme: 'light' });
  await signUp(page, 'lin@petal.example');
  await page.getByLabel('Business name').fill('Petal & Stone');
  await page.getByText('All saved').waitFor();
  await page.getByLabel('What you do').selectOption('Agency');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: /Continue to payment/ }).click();
  await page.getByLabel('Card number').fill('4000 0000 0000 0002');
  await page.getByRole('button', { name: /^Pay/ }).click();
  await page.getByText('The payment did not go through').waitFor();
  await mirrored(page);
  await take(page, 'declined');
  await page.getByLabel('Card number').fill('4242 4242 4242 4242');
  await page.getByRole('switch', { name: 'Database down' }).click();
  await page.getByText('Nobody can say anything new').waitFor();
  await page.getByRole('button', { name: /^Pay/ }).click();
  await page.getByText(/Service away/).waitFor();
  await page.getByRole('heading', { name: 'Your payment is being confirmed' }).waitFor();
  await take(page, 'database-down');
  await page.getByRole('switch', { name: 'Database down' }).click();
  await page.getByRole('heading', { name: /^Welcome/ }).waitFor();
  await page.getByText('owner, since').waitFor();
  await page.getByText('start payment').waitFor({ state: 'detached' });
  await mirrored(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await take(page, 'checklist');
}

/** In dark: what is under the hood while offline. */
async function phone() {
  const page = await open({ viewport: PHONE, colorScheme: 'dark', deviceScaleFactor: 1.5 });
  await signUp(page, 'grace@fern.example');
  await page.getByLabel('Business name').fill('Fern Studio');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Choose a plan' }).waitFor();
  await page.getByText('All saved').waitFor();
  await page.getByRole('button', { name: 'Under the hood' }).click();
  await page.getByRole('switch', { name: 'Offline' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Continue to payment/ }).click();
  await page.getByRole('heading', { name: 'Pay for the plan' }).waitFor();
  await page.getByRole('button', { name: 'Under the hood' }).click();
  await page.getByText('complete subscription').waitFor();
  await take(page, 'phone-offline');
}

async function open(options) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(`${local.service}/demo/`);
  return page;
}

async function signUp(page, email) {
  await page.getByRole('button', { name: 'Start for free' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill('secret');
  await page.getByRole('button', { name: 'Sign up' }).click();
}

/** Auth0 has caught up, so that the pictures of two runs are alike. */
async function mirrored(page) {
  await page.getByRole('region', { name: 'Auth0' }).getByText('mirrored', { exact: true }).waitFor();
}

async function take(page, name) {
  await page.waitForFunction(() => document.getAnimations().every((running) => !(running instanceof CSSTransition)));
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(images, `${name}.png`) });
}
