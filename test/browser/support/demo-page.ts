import type { Locator, Page } from 'playwright-core';
import type { Hands } from './hands.js';

export const PASSWORD = 'a-good-one';

export const heading = (page: Page, name: string | RegExp): Locator => page.getByRole('heading', { name, level: 1 });
export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });
export const saved = (page: Page): Promise<void> => page.getByText('All saved').waitFor();

/** On the login page that is shown. */
export async function logIn(page: Page, hands: Hands, email: string, password = PASSWORD): Promise<void> {
  await fillAccount(page, hands, email, password);
  await hands.press(page.getByRole('button', { name: 'Log in', exact: true }));
}

/** On the sign-up page that is shown. */
export async function signUp(page: Page, hands: Hands, email: string): Promise<void> {
  await fillAccount(page, hands, email, PASSWORD);
  await hands.press(page.getByRole('button', { name: 'Sign up', exact: true }));
}

async function fillAccount(page: Page, hands: Hands, email: string, password: string): Promise<void> {
  await hands.fill(page.getByLabel('E-mail address'), email);
  await hands.fill(page.getByLabel('Password'), password);
}

/** Turns a switch of the panel, which is opened for it where it is closed. */
export async function turn(page: Page, hands: Hands, name: string): Promise<void> {
  await inPanel(page, hands, () => hands.press(page.getByRole('switch', { name })));
}

/** Does something in the panel, and leaves the panel as it was: open beside the product, or closed. */
export async function inPanel(page: Page, hands: Hands, act: () => Promise<void>): Promise<void> {
  const opener = button(page, 'Under the hood');
  const wasOpen = (await opener.getAttribute('aria-expanded')) === 'true';
  if (!wasOpen) await hands.press(opener);
  await act();
  if (wasOpen) return;
  await page.keyboard.press('Escape');
  // The drawer slides away, and is there for everybody meanwhile.
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
