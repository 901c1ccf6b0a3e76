import type { ApiDocument, Operation, Schema } from './api-document.js';
import type { Request } from './wire.js';

/** Values of parameters and body fields by name; a value for `body` is the whole body. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * The simplest good request to a route: what it requires, with these values where a name is known and with the example
 * of the parameter or of the schema otherwise. A header is sent only if it is required or a value is given for it.
 */
export function sampleRequest(document: ApiDocument, operation: Operation, values: Values): Request {
  const parameter = (place: string) =>
    operation.parameters
      .filter(({ name, in: where, required }) => where === place && (required || Object.hasOwn(values, name)))
      .map(({ name, example, schema }): [string, string] => {
        const documented = example === undefined ? schema : { ...schema, example };
        return [name, String(valueOf(document, documented, name, values))];
      });
  const path = parameter('path').reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    operation.path,
  );
  const query = new URLSearchParams(parameter('query')).toString();
  const request = { method: operation.method, path: query ? `${path}?${query}` : path, headers: parameter('header') };
  if (!operation.body) return request;
  const body = values['body'] ?? valueOf(document, operation.body, '', values);
  return {
    ...request,
    headers: [...request.headers, ['Content-Type', 'application/json']],
    body: JSON.stringify(body),
  };
}

function valueOf(document: ApiDocument, schema: Schema, name: string, values: Values): unknown {
  if (Object.hasOwn(values, name)) return values[name];
  const { type, enum: choices, example, format, properties, required, minimum, minLength } = document.resolve(schema);
  if (example !== undefined) return example as unknown;
  if (choices) return (choices as unknown[])[0];
  switch ([type].flat()[0]) {
    case 'integer':
    case 'number':
      return (minimum as number) ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'string':
      if (format === 'uuid') return '11111111-1111-4111-8111-111111111111';
      if (format === 'date-time') return '2026-01-01T00:00:00Z';
      if (format === 'email') return 'somebody@acme.example';
      return 'x'.repeat((minLength as number) ?? 8);
    default: {
      const fields = Object.entries((properties ?? {}) as Record<string, Schema>);
      const needed = fields.filter(([field]) => (required as string[] | undefined)?.includes(field));
      return Object.fromEntries(needed.map(([field, inner]) => [field, valueOf(document, inner, field, values)]));
    }
  }
}
