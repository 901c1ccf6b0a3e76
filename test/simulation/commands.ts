import fc from 'fast-check';
import { ACTIONS, type Action } from '../../src/flow/index.js';
import type { SimulatedTab } from './simulated-browser.js';
import type { Weather } from './simulated-network.js';
import { STEPS, type World } from './world.js';

/** The commands need no model of their own: the service that they run against is one. */
type Model = Record<string, never>;
type Command = fc.AsyncCommand<Model, World>;

class Step implements Command {
  constructor(
    private readonly text: string,
    private readonly act: (world: World) => Promise<void> | void,
  ) {}
  check = (): boolean => true;
  run = async (_model: Model, world: World): Promise<void> => this.act(world);
  toString = (): string => this.text;
}

const device = fc.nat({ max: 1 });
const tab = fc.nat({ max: 4 });
const WEATHERS: readonly Weather[] = ['fair', 'down', 'failing', 'answers_lost', 'requests_lost', 'doubled'];

const tabOf = (world: World, deviceNumber: number, tabNumber: number): SimulatedTab | undefined => {
  const tabs = world.browsers[deviceNumber]?.tabs ?? [];
  return tabs[tabNumber % Math.max(1, tabs.length)];
};

const click = fc
  .record({
    device,
    tab,
    step: fc.constantFrom(...STEPS),
    action: fc.constantFrom<Action>(...ACTIONS),
    name: fc.nat({ max: 3 }),
  })
  .map(({ device: at, tab: which, step, action, name }) => {
    const field = step === 'profile' ? 'displayName' : 'projectName';
    const isTyped = action === 'save' || (action === 'complete' && name > 0);
    const data = isTyped && step !== 'invite_teammates' ? { [field]: `name ${name}` } : undefined;
    return new Step(`click(${at}.${which}, ${action} ${step}${data ? ` ${name}` : ''})`, async (world) => {
      const clicked = tabOf(world, at, which);
      if (clicked) await world.click(clicked, step, action, data);
    });
  });

const commands: ReadonlyArray<fc.Arbitrary<Command>> = [
  click,
  click,
  click,
  click,
  fc.nat({ max: 20_000 }).map((ms) => new Step(`pass(${ms})`, (world) => world.pass(ms))),
  fc.nat({ max: 500 }).map((ms) => new Step(`pass(${ms})`, (world) => world.pass(ms))),
  device.map(
    (at) =>
      new Step(`open(${at})`, async (world) => {
        const browser = world.browsers[at];
        if (browser && browser.tabs.length < 4) await world.open(browser);
      }),
  ),
  fc.tuple(device, tab).map(
    ([at, which]) =>
      new Step(`crash(${at}.${which})`, async (world) => {
        const crashed = tabOf(world, at, which);
        if (crashed) await world.crash(crashed);
      }),
  ),
  fc
    .tuple(device, tab)
    .map(([at, which]) => new Step(`look(${at}.${which})`, (world) => tabOf(world, at, which)?.dispatch('visible'))),
  fc
    .tuple(device, fc.boolean())
    .map(([at, isOnline]) => new Step(`online(${at}, ${isOnline})`, (world) => world.browsers[at]?.goOnline(isOnline))),
  fc.constantFrom(...WEATHERS).map((weather) => new Step(`weather(${weather})`, (world) => world.setWeather(weather))),
  fc.tuple(device, fc.integer({ min: -86_400_000, max: 10_800_000 })).map(
    ([at, ms]) =>
      new Step(`clock(${at}, ${ms})`, (world) => {
        const browser = world.browsers[at];
        if (browser) browser.clockSkewMs = ms;
      }),
  ),
  fc
    .constantFrom(...STEPS)
    .map((step) => new Step(`adminReopens(${step})`, (world) => world.service.reopenAsAdmin(step))),
];

export const stories = fc.commands([...commands], { maxCommands: 40, size: 'max' });
