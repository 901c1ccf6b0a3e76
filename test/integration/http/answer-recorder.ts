import type { ProblemCode } from '../../../src/http/problem-codes.js';
import { ACCESS } from '../../attack/access-table.js';
import type { ApiDocument, Operation } from '../../attack/support/api-document.js';
import { seatCast, tokenOf, type Caller, type Cast } from '../../attack/support/cast.js';
import { sampleRequest, type Values } from '../../attack/support/sample-request.js';
import type { Reply, Request, Wire } from '../../attack/support/wire.js';
import type { TestService } from '../../support/service.js';

/** A request that can be sent again, also to another process. */
export interface Prepared {
  readonly operation: Operation;
  readonly request: Request;
  readonly cast: Cast;
  readonly token: string | undefined;
}

/** Sends requests, judges every answer by the OpenAPI document, and remembers what it met. */
export class AnswerRecorder {
  /** `get /v1/me 200` → the answers. */
  private readonly replies = new Map<string, Reply[]>();
  private readonly operations: ReadonlyMap<string, Operation>;

  constructor(
    private readonly service: TestService,
    private readonly document: ApiDocument,
    private readonly wire: Wire,
  ) {
    this.operations = new Map(document.operations.map((operation) => [operation.name, operation]));
  }

  operation(name: string): Operation {
    const operation = this.operations.get(name);
    if (!operation) throw new Error(`${name} is not a route of the document`);
    return operation;
  }

  /** A request that is good but for what `values` spoil, about a new cast unless one is given. */
  async prepare(name: string, caller: Caller, values: Values = {}, given?: Cast): Promise<Prepared> {
    const operation = this.operation(name);
    const cast = given ?? (await seatCast(this.service));
    const { tenantId, colleague } = cast;
    const about = { tenantId, id: tenantId, 'X-Tenant-Id': tenantId, subject: colleague, flow: 'workspace' };
    const own = await ACCESS[name]?.values?.(cast, this.service);
    const request = sampleRequest(this.document, operation, { ...about, ...own, ...values });
    return { operation, request, cast, token: tokenOf(this.service, cast, caller) };
  }

  /** Prepares and sends. */
  async ask(name: string, caller: Caller, values: Values = {}, given?: Cast): Promise<Reply> {
    return this.send(await this.prepare(name, caller, values, given));
  }

  /** Rejects when the answer is not one that the document promises. */
  async send({ operation, request, token }: Prepared, wire = this.wire): Promise<Reply> {
    const authorization = token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const];
    const reply = await wire.send({ ...request, headers: [...(request.headers ?? []), ...authorization] });
    const faults = this.document.faultsOf(operation, reply);
    if (faults.length) throw new Error(`${operation.name} answered ${reply.status}: ${faults.join('; ')}`);
    const name = `${operation.name} ${reply.status}`;
    this.replies.set(name, [...(this.replies.get(name) ?? []), reply]);
    return reply;
  }

  /** What the document lists and no answer had: `get /v1/me 200`, or `get /v1/me 200 ETag` for a header. */
  missing(): string[] {
    return this.document.operations.flatMap((operation) =>
      this.document.statusesOf(operation).flatMap((status) => {
        const name = `${operation.name} ${status}`;
        const replies = this.replies.get(name);
        if (!replies) return [name];
        const headers = this.document.headersOf(operation, status);
        return headers
          .filter((header) => !replies.some((reply) => reply.headers[header.toLowerCase()] !== undefined))
          .map((header) => `${name} ${header}`);
      }),
    );
  }

  /** The parsed bodies of all answers of an operation with this status. */
  bodies(name: string): unknown[] {
    return (this.replies.get(name) ?? []).map(({ text }) => JSON.parse(text) as unknown);
  }

  /** The details that were answered with each problem code. */
  details(): ReadonlyMap<ProblemCode, ReadonlySet<string>> {
    const details = new Map<ProblemCode, Set<string>>();
    for (const { contentType, text } of [...this.replies.values()].flat()) {
      if (!contentType.startsWith('application/problem+json')) continue;
      const { code, detail } = JSON.parse(text) as { code: ProblemCode; detail: string };
      details.set(code, (details.get(code) ?? new Set()).add(detail));
    }
    return details;
  }
}

/** A detail without the values that differ from request to request. */
export const withoutValues = (detail: string): string =>
  detail
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/https?:\S+/g, 'URL')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\borg_\w+/g, 'ORGANISATION')
    .replaceAll(/\d+/g, 'N');
