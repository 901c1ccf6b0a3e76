import { createHash } from 'node:crypto';
import type { FlowDefinition } from '../../src/flow/index.js';
import { eventually } from '../support/eventually.js';
import { createAppWith } from '../support/flows.js';
import { TestService } from '../support/service.js';

const FLOW = 'survey';

/** Keys of the schema stand in an order that jsonb changes, and a field is called like an annotation. */
const published: FlowDefinition = {
  key: FLOW,
  version: 1,
  title: 'Serch survey',
  steps: [
    {
      key: 'answers',
      scope: 'member',
      title: 'Your answrs',
      description: 'All of them',
      data: {
        type: 'object',
        properties: {
          title: { type: 'string', description: 'Of your book', examples: ['Emma'], maxLength: 1e2 },
          a: { type: 'string', $comment: 'Short', title: 'A' },
        },
        required: ['title'],
        additionalProperties: false,
      },
    },
  ],
};

const changed = (change: (definition: any) => void): FlowDefinition => {
  const copy = structuredClone(published);
  change(copy);
  return copy;
};

const corrected = changed((flow) => {
  flow.title = 'Search survey';
  flow.steps[0].title = 'Your answers';
  delete flow.steps[0].description;
  flow.steps[0].data.title = 'Answers';
  flow.steps[0].data.properties.title = { type: 'string', maxLength: 100, description: 'Of the book', title: 'Title' };
  flow.steps[0].data.properties.a = { title: 'First', type: 'string' };
});

let service: TestService;
beforeAll(async () => {
  service = await TestService.start({ create: createAppWith(published) });
});
afterAll(() => service.stop());

const rows = () => service.sql('SELECT *, xmin::text FROM foothold.flow_version ORDER BY 1, 2');

describe('C03: texts are corrected by deploying them', () => {
  it('C03: a build with other titles, descriptions and annotations starts, and shows its own', async () => {
    const person = service.person();
    const before = await person.view(FLOW);
    expect(before.body).toMatchObject({ flow: { title: 'Serch survey' }, steps: [{ title: 'Your answrs' }] });
    const stored = await rows();
    const there = person.at(await service.startAnother({}, createAppWith(corrected)));
    await eventually(async () => (await there.get('/health/ready')).status === 200);
    const tag = before.headers.get('etag')!;
    const after = await there.view(FLOW, { 'if-none-match': tag });
    expect(after.status).toBe(200);
    expect(after.body).toMatchObject({ flow: { title: 'Search survey' }, steps: [{ title: 'Your answers' }] });
    expect((await there.view(FLOW, { 'if-none-match': after.headers.get('etag')! })).status).toBe(304);
    // A text is no reason to look again before a move.
    const data = { title: 'Emma' };
    const moved = await there.move({ step: 'answers', action: 'complete', data }, { 'if-match': tag }, FLOW);
    expect(moved.status).toBe(200);
    const redo = { step: 'answers', action: 'complete', data };
    expect((await there.move(redo, { 'if-match': tag }, FLOW)).body.code).toBe('revision_mismatch');
    expect(await rows()).toEqual(stored);
  });

  it('C03: rows keep the checksum that earlier builds compare, so that these still start on them', async () => {
    const checksum = createHash('sha256').update(JSON.stringify(published)).digest('hex');
    expect(await rows()).toEqual([expect.objectContaining({ flow_key: FLOW, version: 1, checksum })]);
  });

  it.each<[string, string, (definition: any) => void]>([
    [
      'a limit',
      '/steps/0/data/properties/title/maxLength',
      (flow) => (flow.steps[0].data.properties.title.maxLength = 5),
    ],
    [
      'a field called title',
      '/steps/0/data/properties/title',
      (flow) => (flow.steps[0].data = { ...flow.steps[0].data, properties: { a: { type: 'string' } }, required: [] }),
    ],
    ['a new rule', '/steps/0/optional', (flow) => (flow.steps[0].optional = true)],
    ['a new step', '/steps/1', (flow) => flow.steps.push({ key: 'more', scope: 'member', title: 'More' })],
  ])('C03: %s is a change of meaning, and the start names flow, version and place', async (_, pointer, change) => {
    const there = service.person().at(await service.startAnother({}, createAppWith(changed(change))));
    const { status, body } = await there.get('/health/ready');
    expect([status, body.code]).toEqual([503, 'not_ready']);
    expect(body.detail).toContain(`the flow ${FLOW} v1 at ${pointer}`);
    expect(await rows()).toHaveLength(1);
  });
});
