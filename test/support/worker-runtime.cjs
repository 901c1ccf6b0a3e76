// Jest's module loader, with one difference: what is under src/ and node_modules/ is loaded once for each worker, not
// once for each test file. Loading the service takes about two seconds, and code that ran before runs faster.
//
// So a module's own state lives as long as the worker. The service must have no such state in any case: one process
// may run several of it, as many tests do. Test files and test/support are still loaded for each file. Files with
// another environment share nothing (see worker-environment.cjs), and neither does a watching jest, whose worker
// outlives changes of the sources.
const path = require('node:path');
const { default: Runtime } = require('jest-runtime');
const WorkerEnvironment = require('./worker-environment.cjs');

/** Loads what is shared. It is never torn down. */
let keeper;

module.exports = class WorkerRuntime extends Runtime {
  constructor(...parts) {
    super(...parts);
    const [config, environment, , , , , , { watch, watchAll }] = parts;
    if (!(environment instanceof WorkerEnvironment) || watch || watchAll) return;
    keeper ??= new Runtime(...parts);
    // Stacks of errors lead through files of both.
    this.transformCache.sourceMaps = keeper.transformCache.sourceMaps;
    this.shared = [path.join(config.rootDir, 'src/'), path.join(config.rootDir, 'node_modules/')];
    this.refuseMocks();
  }

  /** Shared modules would not see a mock, and would not be loaded again. */
  refuseMocks() {
    const refuse = (call) => {
      throw new Error(
        `${call} has no effect on modules that test files share: put @jest-environment node into the first comment`,
      );
    };
    for (const method of ['markExplicitCjsMock', 'setMock']) {
      const mock = this.mockState[method].bind(this.mockState);
      this.mockState[method] = (from, name, ...rest) =>
        this.isShared(from, name) ? refuse(`jest.mock('${name}')`) : mock(from, name, ...rest);
    }
    this.jestGlobals.resetModulesBridge = () => refuse('jest.resetModules()');
    this.jestGlobals.isolateModulesBridge = () => refuse('jest.isolateModules()');
    this.jestGlobals.isolateModulesAsyncBridge = () => refuse('jest.isolateModulesAsync()');
  }

  requireModule(from, name, options, ...rest) {
    const isShared = name && !options?.isInternalModule && this.isShared(from, name);
    return isShared ? keeper.requireModule(from, name) : super.requireModule(from, name, options, ...rest);
  }

  isShared(from, name) {
    if (!this.shared || this._resolution.isCoreModule(name)) return false;
    const file = this._resolution.resolveCjs(from, name);
    return this.shared.some((folder) => file.startsWith(folder));
  }
};
module.exports.default = module.exports;
