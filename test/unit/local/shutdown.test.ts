import { Shutdown } from '../../../src/local/shutdown.js';

function recording(): { stopped: string[]; step: (name: string) => [string, () => Promise<void>] } {
  const stopped: string[] = [];
  return { stopped, step: (name) => [name, async () => void stopped.push(name)] };
}

const never = new Promise<void>(() => undefined);

test('what was started last is stopped first, each once, however often the stop is asked for', async () => {
  const { stopped, step } = recording();
  const shutdown = new Shutdown();
  for (const name of ['database', 'stand-in', 'service']) shutdown.add(...step(name));
  await Promise.all([shutdown.run(), shutdown.run()]);
  expect(stopped).toEqual(['service', 'stand-in', 'database']);
});

test('a step that fails is reported and does not keep the others from stopping', async () => {
  const reported: unknown[] = [];
  const original = console.error;
  console.error = (text: unknown) => reported.push(text);
  const { stopped, step } = recording();
  const shutdown = new Shutdown();
  shutdown.add(...step('database'));
  shutdown.add('service', () => Promise.reject(new Error('stuck')));
  await shutdown.run().finally(() => (console.error = original));
  expect(stopped).toEqual(['database']);
  expect(reported).toEqual(['Could not stop service: stuck']);
});

test('in a hurry a step that hangs is left behind, and the database is stopped all the same', async () => {
  const { stopped, step } = recording();
  const shutdown = new Shutdown();
  shutdown.add(...step('database'));
  shutdown.add('service', () => never);
  const done = shutdown.run();
  shutdown.hurry();
  await done;
  expect(stopped).toEqual(['database']);
});

test('the last step is waited for even in a hurry', async () => {
  let finish = (): void => undefined;
  const shutdown = new Shutdown();
  shutdown.add('database', () => new Promise((resolve) => (finish = resolve)));
  let done = false;
  const running = shutdown.run().then(() => (done = true));
  shutdown.hurry();
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toBe(false);
  finish();
  await running;
});
