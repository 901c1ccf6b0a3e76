export { FakeClock } from './fake-clock.js';
export { MemoryStorage } from './memory-storage.js';
export { TestService, type TestRequest, type TestServiceOptions } from './test-service.js';
