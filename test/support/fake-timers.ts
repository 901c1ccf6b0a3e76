const FAKEABLE = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

/** Fakes these and nothing else, so that real HTTP and a real database go on; until `jest.useRealTimers()`. */
export function fakeOnly(...faked: ReadonlyArray<(typeof FAKEABLE)[number]>): void {
  jest.useFakeTimers({ doNotFake: FAKEABLE.filter((name) => !faked.includes(name)) });
}
