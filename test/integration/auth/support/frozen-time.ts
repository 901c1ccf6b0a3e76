import { fakeOnly } from '../../../support/fake-timers.js';

/** Freezes `Date` and nothing else; undone after each test. */
export const freezeTime = (): void => fakeOnly('Date');

export const passTime = (ms: number): void => void jest.setSystemTime(Date.now() + ms);

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
