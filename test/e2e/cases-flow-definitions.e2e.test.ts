import type { FlowDefinition, StepDefinition } from '../../src/flow/index.js';
import { createAppWith } from '../support/flows.js';
import { TestService } from '../support/service.js';

const flowOf = (data: unknown, more: Partial<StepDefinition> = {}): FlowDefinition => ({
  key: 'signup',
  version: 3,
  title: 'Sign up',
  steps: [
    { key: 'welcome', scope: 'member', title: 'Welcome' },
    { key: 'contact', scope: 'member', title: 'Contact', data: data as StepDefinition['data'], ...more },
  ],
});

const dataOf = (properties: unknown, more: object = {}) => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...more,
});

const faultOf = (...definitions: readonly FlowDefinition[]): Promise<Error> =>
  TestService.start({ create: createAppWith(...definitions) }).then(
    async (service) => {
      await service.stop();
      throw new Error('It started');
    },
    (error: Error) => error,
  );

describe('C04: a faulty definition stops the start with a sentence that names flow, version, step and place', () => {
  it('C04: names all faults of all flows at once', async () => {
    const first = flowOf(dataOf({ mail: { type: 'string', format: 'emial' }, code: { maxLength: 3 } }));
    const second = { ...flowOf(undefined, { requires: ['nothing'] }), key: 'other' };
    const { message, stack } = await faultOf(first, second, {
      ...second,
      title: undefined,
    } as unknown as FlowDefinition);
    expect(stack).not.toContain('    at ');
    expect(message.split('\n')).toEqual([
      'The flow signup v3 is not sound:',
      expect.stringContaining('step contact: /steps/1/data/properties/mail/format'),
      expect.stringContaining('step contact: /steps/1/data/properties/code: missing type'),
      'The flow other v3 is not sound:',
      '  - step contact requires the unknown step nothing',
      'The flow other v3 is not sound:',
      '  - the title is missing',
    ]);
  });

  it('C04: a property that no rule reads is a fault and is not ignored', async () => {
    const { message } = await faultOf(
      flowOf(undefined, { optinal: true } as object),
      undefined as unknown as FlowDefinition,
    );
    expect(message).toContain('step contact: the property "optinal" is unknown');
    expect(message).toContain('definition 2 of FLOW_DEFINITIONS: it is not a flow definition');
  });
});

/** Each format with a value that fits, and one that does not. */
const FORMATS: ReadonlyArray<readonly [string, string, string]> = [
  ['date', '2026-02-28', '2026-02-30'],
  ['time', '10:00:00Z', '25:00:00Z'],
  ['date-time', '2026-02-28T10:00:00Z', '2026-02-28'],
  ['duration', 'P1DT2H', '1 day'],
  ['email', 'ada@example.com', 'ada at example.com'],
  ['hostname', 'www.example.com', '-example-'],
  ['ipv4', '192.0.2.1', '192.0.2.256'],
  ['ipv6', '2001:db8::1', '2001:db8:::1'],
  ['uri', 'https://example.com/a?b=c', 'example dot com'],
  ['uri-reference', '/a?b=c', '\\a'],
  ['uuid', '7b0a4f0c-4c3f-4d3c-8d5e-1f2a3b4c5d6e', '7b0a4f0c'],
];

describe('C04: common formats', () => {
  let service: TestService;
  beforeAll(async () => {
    const properties = Object.fromEntries(FORMATS.map(([format]) => [format, { type: 'string', format }]));
    const documented = { ...dataOf(properties), title: 'Contact', $comment: 'Sales asked for it', examples: [{}] };
    service = await TestService.start({ create: createAppWith(flowOf(documented)) });
  });
  afterAll(() => service.stop());

  it.each(FORMATS)('C04: %s is checked in what people send', async (format, good, bad) => {
    const person = service.person();
    const save = (value: string) =>
      person.move({ step: 'contact', action: 'save', data: { [format]: value } }, {}, 'signup');
    expect(await save(bad)).toMatchObject({
      status: 422,
      body: {
        code: 'invalid_request',
        errors: [{ path: `/data/${format}`, message: `must match format "${format}"` }],
      },
    });
    expect(await save(good)).toMatchObject({ status: 200, body: { applied: true } });
  });
});
