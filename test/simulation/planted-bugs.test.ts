/** @jest-environment node */
import { simulate } from './simulate.js';
import type { CreateClient } from './world.js';

const RUNS = 200;
const CORE = '../../client/kit/src/core';

type Module = Readonly<Record<string, any>>;

/** The kit with a fault in one of its files. */
function withFault(file: string, fault: (original: Module) => Module): CreateClient {
  jest.resetModules();
  jest.doMock(`${CORE}/${file}`, () => {
    const original = jest.requireActual<Module>(`${CORE}/${file}`);
    return { ...original, ...fault(original) };
  });
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the kit is loaded again, with the fault in it
  return (require(`${CORE}/index.js`) as { createClient: CreateClient }).createClient;
}

/** The same otherwise, also later: what all parts share changes with person and tenant. */
const withoutLocks = (shared: any): any =>
  Object.create(shared, { environment: { value: { ...shared.environment, locks: undefined } } });

const whatItFinds = (createClient: CreateClient): Promise<string> =>
  simulate(createClient, { runs: RUNS, seed: 1, endOnFailure: true }).then(
    () => 'nothing',
    (error: Error) => String(error.cause),
  );

describe('the simulation finds, within 200 runs,', () => {
  afterEach(() => jest.dontMock(`${CORE}/sender.js`).dontMock(`${CORE}/drain.js`).dontMock(`${CORE}/view-order.js`));

  it('a kit that drops an operation which could not be sent', async () => {
    const createClient = withFault('sender.js', ({ createSender }) => ({
      createSender: (context: any) => {
        const sender = createSender(context);
        const send = async (operation: any, options: any): Promise<any> => {
          const sent = await sender.send(operation, options);
          if (typeof sent === 'object') context.shared.queue?.remove(operation.id);
          return sent;
        };
        return { ...sender, send };
      },
    }));
    expect(await whatItFinds(createClient)).toMatch(/was lost/);
  });

  it('a kit that sends without the lock', async () => {
    const createClient = withFault('drain.js', ({ createDrain }) => ({
      createDrain: (context: any) => createDrain({ ...context, shared: withoutLocks(context.shared) }),
    }));
    expect(await whatItFinds(createClient)).toMatch(/sent two operations at once/);
  });

  it('C01: a kit that takes two clicks with different data for the same click', async () => {
    const createClient = withFault('sender.js', ({ createSender }) => ({
      createSender: (context: any) => {
        const sender = createSender(context);
        const first = new Map<string, Promise<unknown>>();
        const act = (flow: any, action: string, step: string, data: unknown): Promise<unknown> => {
          const isPending = context.shared.queue?.list().some((other: any) => other.step === step);
          const known = isPending && action === 'complete' ? first.get(step) : undefined;
          if (known) return known;
          const result = sender.act(flow, action, step, data);
          first.set(step, result);
          return result;
        };
        return { ...sender, act };
      },
    }));
    expect(await whatItFinds(createClient)).toMatch(/What was typed .* was dropped/);
  });

  it('a kit that trusts a lower revision', async () => {
    const createClient = withFault('view-order.js', () => ({ isOlder: () => false }));
    expect(await whatItFinds(createClient)).toMatch(/went from revision/);
  });
});
