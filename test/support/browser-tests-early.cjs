// The order of the test files: jest's own, by how long each took the last time, or else by its size; but those of the
// browser early and by turns with others. They are long for their size, and so none of them is left for the end, when
// the other worker has nothing to do.
const { default: Sequencer } = require('@jest/test-sequencer');

module.exports = class BrowserTestsEarly extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const inBrowser = sorted.filter(({ path }) => path.includes('/test/browser/'));
    const others = sorted.filter((test) => !inBrowser.includes(test));
    return [...others.flatMap((test, at) => [...inBrowser.slice(at, at + 1), test]), ...inBrowser.slice(others.length)];
  }
};
