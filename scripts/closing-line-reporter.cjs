/** Jest reporter: ends a run with what was left out of it, if anything was, and the one line that tools read, `N passed, N failed`. */
module.exports = class ClosingLineReporter {
  constructor(_globalConfig, { notices = [] } = {}) {
    this.notices = notices.filter(Boolean);
  }

  onRunComplete(_contexts, results) {
    // A file that could not be loaded has no tests to count, yet it failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const notices = this.notices.map((notice) => `\n${notice}\n`).join('');
    process.stdout.write(`${notices}\n${results.numPassedTests} passed, ${failed} failed\n`);
  }
};
