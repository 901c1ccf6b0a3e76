import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Reply } from './wire.js';

/** A schema of the document, `$ref`s included. */
export type Schema = Readonly<Record<string, any>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly example?: unknown;
  readonly schema: Schema;
}

/** One route as the OpenAPI document tells of it. */
export interface Operation {
  /** `get /v1/me`, as tables of expectations write it. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Schema of the JSON body; undefined where there is none. */
  readonly body: Schema | undefined;
  readonly isGuarded: boolean;
  /** Answers with server-sent events, and so never ends by itself. */
  readonly isStream: boolean;
}

const STREAM = 'text/event-stream';

/** Of all that the document uses; Ajv itself knows none. */
const FORMATS = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
};

/** The service's own OpenAPI document: which routes there are, and whether an answer is one that it promises. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  private constructor(private readonly root: Schema) {
    for (const [name, format] of Object.entries(FORMATS)) this.ajv.addFormat(name, format);
    this.ajv.addSchema(root, 'api');
    this.operations = Object.entries<Schema>(root['paths']).flatMap(([path, item]) =>
      Object.entries<Schema>(item).map(([method, operation]) => operationOf(method, path, operation)),
    );
  }

  static async of(serviceUrl: string): Promise<ApiDocument> {
    const response = await fetch(`${serviceUrl}/openapi.json`);
    return new ApiDocument(closed((await response.json()) as Schema));
  }

  /** Follows a `$ref`; any other schema is returned as it is. */
  resolve(schema: Schema): Schema {
    const reference = schema['$ref'] as string | undefined;
    if (reference === undefined) return schema;
    const keys = reference.slice('#/'.length).split('/');
    return this.resolve(keys.reduce<Schema>((node, key) => node[key] as Schema, this.root));
  }

  /** The statuses that the document lists for this route. */
  statusesOf(operation: Operation): number[] {
    return Object.keys(this.responsesOf(operation)).map(Number);
  }

  /** The headers that the document lists for this answer. */
  headersOf(operation: Operation, status: number): string[] {
    return Object.keys((this.responsesOf(operation)[status]?.['headers'] ?? {}) as Schema);
  }

  /** The example of the document for this answer; undefined where it lists several. */
  exampleOf(operation: Operation, status: number): unknown {
    const content = (this.responsesOf(operation)[status]?.['content'] ?? {}) as Schema;
    return content['application/json']?.example as unknown;
  }

  private responsesOf({ method, path }: Operation): Readonly<Record<string, Schema>> {
    return (this.root['paths'] as Schema)[path][method]['responses'] as Readonly<Record<string, Schema>>;
  }

  /** What of the answer the document does not promise for this route; empty when all is well. */
  faultsOf(operation: Operation, reply: Reply): string[] {
    const response = this.responsesOf(operation)[reply.status];
    if (response) return [...this.headerFaults(operation, reply), ...this.bodyFaults(operation, response, reply)];
    return [`status ${reply.status} is not listed, only ${this.statusesOf(operation).join(', ')}`];
  }

  private headerFaults(operation: Operation, { status, headers }: Reply): string[] {
    return this.headersOf(operation, status).flatMap((name) => {
      const value = headers[name.toLowerCase()];
      if (value === undefined) return [];
      const { type } = this.responsesOf(operation)[status]!['headers'][name].schema as Schema;
      const pointer = [
        'paths',
        operation.path,
        operation.method,
        'responses',
        String(status),
        'headers',
        name,
        'schema',
      ];
      return this.schemaFaults(pointer, type === 'integer' ? String(value) : JSON.stringify(value));
    });
  }

  private bodyFaults({ method, path }: Operation, response: Schema, { status, contentType, text }: Reply): string[] {
    const types = Object.keys((response['content'] ?? {}) as Schema);
    if (types.length === 0) return text === '' ? [] : ['has a body, and none is listed'];
    const type = types.find((listed) => contentType.split(';')[0] === listed);
    if (type === undefined) return [`content type "${contentType}" is not listed, only ${types.join(', ')}`];
    if (type === STREAM) return /^(id|event|data|retry|:)/.test(text) ? [] : [`is no event stream: ${text}`];
    if (!/^application\/(.+\+)?json$/.test(type)) return [];
    const pointer = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
    return this.schemaFaults(pointer, text);
  }

  private schemaFaults(pointer: readonly string[], text: string): string[] {
    const reference = `api#/${pointer.map((key) => encodeURIComponent(escapePointer(key))).join('/')}`;
    let validate = this.validators.get(reference);
    if (!validate) this.validators.set(reference, (validate = this.ajv.compile({ $ref: reference })));
    if (!isJson(text)) return ['is not JSON'];
    if (validate(JSON.parse(text))) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || 'the answer'} ${message} ${JSON.stringify(params)}`,
    );
  }
}

function operationOf(method: string, path: string, operation: Schema): Operation {
  const parameters = (operation['parameters'] ?? []) as Parameter[];
  const body = operation['requestBody']?.content?.['application/json']?.schema as Schema | undefined;
  return {
    name: `${method} ${path}`,
    method,
    path,
    parameters,
    body,
    isGuarded: Array.isArray(operation['security']) && operation['security'].length > 0,
    isStream: STREAM in ((operation['responses']?.['200']?.content ?? {}) as object),
  };
}

/** The document with every object closed: an answer may have no member that the document does not name. */
function closed(document: Schema): Schema {
  const schemas = Object.entries<Schema>(document['components'].schemas).map(([name, schema]) => {
    const isOpen = schema['type'] !== 'object' || 'additionalProperties' in schema;
    return [name, isOpen ? schema : { ...schema, unevaluatedProperties: false }] as const;
  });
  return { ...document, components: { ...document['components'], schemas: Object.fromEntries(schemas) } };
}

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
