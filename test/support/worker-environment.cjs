// Jest's environment for Node, made once for each worker and used by all of its test files in turn. They share one set
// of globals, so they can share the modules that worker-runtime.cjs keeps. After each file it puts back what a file may
// change for others: timers, the variables of the environment, and what jest itself left.
//
// A file that needs an environment of its own says `@jest-environment node` in its first comment.
const { TestEnvironment: NodeEnvironment } = require('jest-environment-node');

let kept;

module.exports = class WorkerEnvironment extends NodeEnvironment {
  constructor(config, context) {
    if (kept) return kept;
    super(config, context);
    kept = this;
    const { process } = this.global;
    this.fresh = { exit: process.exit, variables: { ...process.env } };
  }

  /** In place of disposing of everything. */
  async teardown() {
    this.fakeTimersModern.useRealTimers();
    const { process } = this.global;
    process.exit = this.fresh.exit;
    for (const name of Object.keys(process.env)) if (!(name in this.fresh.variables)) delete process.env[name];
    Object.assign(process.env, this.fresh.variables);
    // Under symbols jest keeps the file's tests, what listens to them, and its matchers.
    for (const name of Object.getOwnPropertySymbols(this.global)) delete this.global[name];
    this._globalProxy.leftovers = [];
  }
};
