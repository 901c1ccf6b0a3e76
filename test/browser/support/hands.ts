import type { Locator, Page } from 'playwright-core';

/** How a person works a page: with a mouse, or with the keyboard alone. */
export interface Hands {
  /** Presses a button, opens a link, turns a switch. */
  press(target: Locator): Promise<void>;
  fill(field: Locator, text: string): Promise<void>;
}

export const mouse: Hands = {
  press: (target) => target.click(),
  fill: (field, text) => field.fill(text),
};

/** More than any page of ours has to stop at. */
const MOST_STOPS = 80;

/** Walks with Tab, in menus with the arrows; fails where something cannot be reached. */
export const keyboard: Hands = {
  async press(target) {
    await walkTo(target);
    const isSwitch = await target.evaluate((element) => element.matches('[type=checkbox], [type=radio]'));
    await target.page().keyboard.press(isSwitch ? 'Space' : 'Enter');
  },
  async fill(field, text) {
    await walkTo(field);
    await field.page().keyboard.press('Control+A');
    await field.page().keyboard.type(text);
  },
};

async function walkTo(target: Locator): Promise<void> {
  await target.waitFor({ state: 'attached' });
  const key = await target.evaluate((element) => (element.role === 'menuitem' ? 'ArrowDown' : 'Tab'));
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await target.page().keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${target.toString()}; it is at ${await focusOf(target.page())}`);
}

const focusOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? 'nothing');
