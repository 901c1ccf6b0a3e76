import { TestService } from '../support/service.js';
import { ACCESS } from './access-table.js';
import { ApiDocument, type Operation } from './support/api-document.js';
import { CALLERS, seatCast, tokenOf, type Caller } from './support/cast.js';
import { sampleRequest } from './support/sample-request.js';
import { Wire } from './support/wire.js';

/* Every route of the OpenAPI document × everybody who may call. Expectations of a new route go into access-table.ts. */

describe('the authorisation matrix', () => {
  let service: TestService;
  let document: ApiDocument;
  let wire: Wire;
  beforeAll(async () => {
    service = await TestService.start();
    document = await ApiDocument.of(service.url);
    wire = new Wire(service.url);
  });
  afterAll(async () => {
    wire.close();
    await service.stop();
  });

  async function answerTo(operation: Operation, caller: Caller): Promise<number> {
    const cast = await seatCast(service);
    const { tenantId, colleague } = cast;
    const given = await ACCESS[operation.name]?.values?.(cast, service);
    const about = { tenantId, id: tenantId, 'X-Tenant-Id': tenantId, subject: colleague, flow: 'workspace' };
    const request = sampleRequest(document, operation, { ...about, ...given });
    const token = tokenOf(service, cast, caller);
    const authorization = token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const];
    const reply = await wire.send({ ...request, headers: [...(request.headers ?? []), ...authorization] });
    expect({ caller, faults: document.faultsOf(operation, reply) }).toEqual({ caller, faults: [] });
    return reply.status;
  }

  it('says of every route of the document who may call it', () => {
    expect(document.operations.map(({ name }) => name).filter((name) => !Object.hasOwn(ACCESS, name))).toEqual([]);
  });

  it('says it of no route that is not there', () => {
    const routes = new Set(document.operations.map(({ name }) => name));
    expect(Object.keys(ACCESS).filter((name) => !routes.has(name))).toEqual([]);
  });

  it.each(Object.keys(ACCESS))('holds for %s', async (name) => {
    const operation = document.operations.find((candidate) => candidate.name === name);
    if (!operation) throw new Error(`${name} is not a route of the document`);
    const answers = await Promise.all(CALLERS.map(async (caller) => [caller, await answerTo(operation, caller)]));
    expect(Object.fromEntries(answers)).toEqual(ACCESS[name]!.answers);
  });

  it('is what the document says of security', () => {
    const asksForToken = Object.entries(ACCESS).map(([name, { answers }]) => [name, answers.nobody === 401]);
    expect(Object.fromEntries(document.operations.map(({ name, isGuarded }) => [name, isGuarded]))).toEqual(
      Object.fromEntries(asksForToken),
    );
  });
});
