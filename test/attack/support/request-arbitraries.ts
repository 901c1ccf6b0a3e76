import * as fc from 'fast-check';
import type { ApiDocument, Operation, Parameter, Schema } from './api-document.js';
import { CALLERS, type Caller } from './cast.js';
import { CONTENT_TYPES, headerText, hostileBody, hostileText, hostileValue, ODD_HEADERS } from './hostile.js';
import type { Request } from './wire.js';

/** One request, and who sends it; the token is added when it is sent, so that a failing case can be read. */
export interface FuzzCase {
  readonly route: string;
  readonly caller: Caller;
  readonly request: Request;
}

/** Values that mean something to this service, by the name of the parameter or field; none: it is better left out. */
export type Words = Readonly<Record<string, readonly unknown[]>>;

/** How often a good value is taken for each bad one, where there are bad ones. */
const GOOD_TO_BAD = 12;

/** Who gets in, more often than who is turned away at the door. */
const caller: fc.Arbitrary<Caller> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Caller[]>('owner', 'admin', 'member', 'operator', 'attester') },
  { weight: 1, arbitrary: fc.constantFrom(...CALLERS) },
);

const UUID_TEXT = fc.uuid();
const TIME_TEXT = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }).map((date) => date.toISOString()),
  fc.constantFrom('0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999+23:59', '2026-01-01T24:00:00Z'),
  fc.constantFrom('2026-12-31T23:59:60Z', '2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T24:00:30Z'),
);

/** Makes requests to every route of the document from its schemas: without a fault in their shape, or spoilt here and there. */
export class RequestArbitraries {
  constructor(
    private readonly document: ApiDocument,
    private readonly words: Words,
    private readonly isSpoilt: boolean,
  ) {}

  /** Routes that read nothing of a request are seldom worth one. */
  any(): fc.Arbitrary<FuzzCase> {
    const { operations } = this.document;
    return fc.oneof(
      ...operations.map((operation) => ({ weight: operation.isGuarded ? 5 : 1, arbitrary: this.of(operation) })),
    );
  }

  private of(operation: Operation): fc.Arbitrary<FuzzCase> {
    return fc
      .record({
        caller,
        path: this.path(operation),
        query: this.query(operation),
        headers: this.headers(operation),
        body: this.body(operation),
        contentType: this.mostly<string | undefined>(
          fc.constant('application/json'),
          fc.constantFrom(...CONTENT_TYPES),
        ),
      })
      .map(({ caller, path, query, headers, body, contentType }) => {
        const type = body === undefined || contentType === undefined ? [] : [['Content-Type', contentType] as const];
        const { name: route, method } = operation;
        return { route, caller, request: { method, path: path + query, headers: [...headers, ...type], body } };
      });
  }

  private path({ path, parameters }: Operation): fc.Arbitrary<string> {
    const names = parametersIn(parameters, 'path');
    const values = names.map((parameter) =>
      this.mostly(
        this.text(parameter).map(encodeSegment),
        fc.constantFrom('', '%', '%E0%A4%A', '%00', '..', '.', '%2F'),
      ),
    );
    return fc
      .tuple(...values)
      .map((parts) => names.reduce((text, { name }, index) => text.replace(`{${name}}`, parts[index]!), path));
  }

  private query({ parameters }: Operation): fc.Arbitrary<string> {
    const known = parametersIn(parameters, 'query')
      .filter(({ name }) => this.isWorthHaving(name))
      .map((parameter) => {
        const pair = this.text(parameter).map((text) => `${parameter.name}=${encodeSegment(text)}`);
        return fc.oneof(
          pair,
          fc.constant(''),
          this.mostly(
            pair,
            fc.tuple(pair, pair).map((pairs) => pairs.join('&')),
          ),
        );
      });
    const odd = fc.constantFrom('__proto__=1', 'a[]=1&a[b]=2', '&&==&', 'tenantId=1', '%E0%A4%A=%');
    return fc.tuple(...known, this.mostly(fc.constant(''), odd)).map((pairs) => {
      const text = pairs.filter(Boolean).join('&');
      return text && `?${text}`;
    });
  }

  private headers({ parameters }: Operation): fc.Arbitrary<(readonly [string, string])[]> {
    const known = parametersIn(parameters, 'header').map((parameter) => {
      const header = this.mostly(this.text(parameter), headerText).map((text): [string, string] => [
        parameter.name,
        text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?').slice(0, 2_000),
      ]);
      const twice = fc.tuple(header, header);
      const none = fc.constant<[string, string][]>([]);
      return this.mostly<[string, string][]>(
        fc.oneof(
          none,
          header.map((one) => [one]),
        ),
        twice,
      );
    });
    const odd = this.mostly<(readonly [string, string])[]>(
      fc.constant([]),
      fc.subarray([...ODD_HEADERS], { minLength: 1, maxLength: 4 }),
    );
    return fc.tuple(...known, odd).map((groups) => groups.flat());
  }

  private body({ body }: Operation): fc.Arbitrary<string | undefined> {
    // A body where none is expected is not to be read.
    if (!body) return this.mostly<string | undefined>(fc.constant(undefined), fc.constant('{"status":"complete"}'));
    const good = this.value(body, '').map((value) => JSON.stringify(value));
    const bad = fc.tuple(good, hostileBody).map(([json, spoil]) => spoil(json));
    return this.mostly<string | undefined>(good, fc.option(bad, { nil: undefined }));
  }

  private text({ name, schema }: Parameter): fc.Arbitrary<string> {
    return this.value(schema, name).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  }

  private mostly<T>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<T>): fc.Arbitrary<T> {
    if (!this.isSpoilt) return good;
    return fc.oneof({ weight: GOOD_TO_BAD, arbitrary: good }, { weight: 1, arbitrary: bad });
  }

  /** What the schema allows, and, spoilt, now and then what it does not. */
  private value(schema: Schema, name: string): fc.Arbitrary<unknown> {
    const allowed = this.good(this.document.resolve(schema));
    const words = this.wordsFor(name);
    const known = words?.length ? fc.constantFrom(...words) : allowed;
    const good = this.isSpoilt ? fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: allowed }) : known;
    return this.mostly(good, hostileValue);
  }

  private wordsFor(name: string): readonly unknown[] | undefined {
    return Object.hasOwn(this.words, name) ? this.words[name] : undefined;
  }

  private isWorthHaving(name: string): boolean {
    return this.isSpoilt || this.wordsFor(name)?.length !== 0;
  }

  private good(schema: Schema): fc.Arbitrary<unknown> {
    if (schema['enum']) return fc.constantFrom(...(schema['enum'] as unknown[]));
    const choices = (schema['oneOf'] ?? schema['anyOf']) as Schema[] | undefined;
    if (choices) return fc.oneof(...choices.map((choice) => this.value(choice, '')));
    const all = schema['allOf'] as Schema[] | undefined;
    if (all?.[0]) return this.value(all[0], '');
    const types = [schema['type'] ?? 'object'].flat() as string[];
    return fc.oneof(...types.map((type) => this.ofType(type, schema)));
  }

  private ofType(type: string, schema: Schema): fc.Arbitrary<unknown> {
    switch (type) {
      case 'string':
        return textOf(schema);
      case 'integer':
        return fc.integer({ min: schema['minimum'] ?? -1000, max: schema['maximum'] ?? 1000 });
      case 'number':
        return fc.double({ noNaN: true, min: schema['minimum'], max: schema['maximum'] });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(this.value(schema['items'] ?? {}, ''), { maxLength: 5 });
      default:
        return this.objectOf(schema);
    }
  }

  private objectOf({ properties = {}, required = [], additionalProperties = false }: Schema): fc.Arbitrary<unknown> {
    const fields = Object.entries(properties as Record<string, Schema>).filter(
      ([name]) => required.includes(name) || this.isWorthHaving(name),
    );
    const model = Object.fromEntries(fields.map(([name, schema]) => [name, this.value(schema, name)]));
    const known = fc.record(model, { requiredKeys: required as string[] });
    const others = fc.dictionary(hostileText, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
    const withOthers = fc.tuple(known, others).map(([one, two]) => ({ ...one, ...two }));
    return additionalProperties ? fc.oneof(known, withOthers) : this.mostly<unknown>(known, withOthers);
  }
}

const parametersIn = (parameters: readonly Parameter[], place: Parameter['in']): Parameter[] =>
  parameters.filter((parameter) => parameter.in === place);

function textOf({ format, pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return UUID_TEXT;
  if (format === 'date-time') return TIME_TEXT;
  if (pattern) return fc.stringMatching(new RegExp(pattern as string));
  return fc.string({ minLength, maxLength: Math.max(minLength as number, Math.min(maxLength as number, 200)) });
}

/** Half of a surrogate pair cannot be percent-encoded; as a question mark the request is still an odd one. */
const encodeSegment = (text: string): string =>
  encodeURIComponent(text.slice(0, 2_000).replaceAll(/\p{Surrogate}/gu, '?'));
