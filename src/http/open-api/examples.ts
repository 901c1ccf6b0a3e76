import type {
  ContentObject,
  MediaTypeObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  ReferenceObject,
  SchemaObject,
} from '@nestjs/swagger';

/*
 * Examples of whole bodies are composed from the examples of the properties: an example stands once, beside its property,
 * and a new property appears in all of them.
 */

type Schema = SchemaObject | ReferenceObject;
type Schemas = Readonly<Record<string, Schema>>;

/** Adds an example to each request body, response and problem that has none of its own. Changes the document. */
export function addExamples(document: OpenAPIObject): void {
  const schemas: Schemas = document.components?.schemas ?? {};
  const problems: Record<string, { value: unknown }> = {};
  for (const { path, operation } of operationsOf(document)) {
    for (const media of mediaTypesOf(operation)) {
      if (!media.examples) media.example ??= exampleOf(media.schema, schemas);
      for (const example of Object.values(media.examples ?? {})) {
        if (!('$ref' in example)) continue;
        const name = nameIn(example);
        const problem = exampleOf(schemas[name], schemas) as object;
        problems[name] ??= { value: { ...problem, instance: addressOf(path, operation) } };
      }
    }
  }
  document.components = { ...document.components, examples: problems };
}

const operationsOf = (document: OpenAPIObject): Array<{ path: string; operation: OperationObject }> =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.values(item).map((operation) => ({ path, operation: operation as OperationObject })),
  );

function mediaTypesOf({ requestBody, responses }: OperationObject): MediaTypeObject[] {
  const bodies = [requestBody, ...Object.values(responses)] as Array<{ content?: ContentObject } | undefined>;
  return bodies.flatMap((body) => Object.values(body?.content ?? {}));
}

/** An address of the route, made with the examples of its parameters. */
function addressOf(path: string, { parameters = [] }: OperationObject): string {
  const examples = new Map(
    (parameters as ParameterObject[]).map(({ name, example, schema }) => [
      name,
      String(example ?? parameterExample(schema)),
    ]),
  );
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(examples.get(name) ?? ''));
}

/** Nest documents the example of a parameter with a schema in that schema. */
const parameterExample = (schema: Schema | undefined): unknown => schema && 'example' in schema && schema.example;

const nameIn = ({ $ref }: ReferenceObject): string => $ref.split('/').at(-1) as string;

/**
 * The schema's own example, or one composed from its parts. Optional properties are left out unless they have an example of
 * their own. Undefined when a required part has none.
 */
function exampleOf(schema: Schema | undefined, schemas: Schemas): unknown {
  if (!schema) return undefined;
  if ('$ref' in schema) return exampleOf(schemas[nameIn(schema)], schemas);
  if ('example' in schema) return schema.example as unknown;
  const { enum: words, allOf, oneOf, anyOf, items, properties } = schema;
  if (words?.length === 1) return words[0] as unknown;
  // A reference with a description beside it.
  if (allOf?.length === 1) return exampleOf(allOf[0], schemas);
  if (oneOf ?? anyOf) return exampleOf((oneOf ?? anyOf)?.[0], schemas);
  if (items) {
    const item = exampleOf(items, schemas);
    return item === undefined ? undefined : [item];
  }
  return properties && objectOf(schema, properties, schemas);
}

function objectOf({ required = [] }: SchemaObject, properties: Schemas, schemas: Schemas): object | undefined {
  const members = Object.entries(properties)
    .filter(([name, property]) => required.includes(name) || 'example' in property)
    .map(([name, property]) => [name, exampleOf(property, schemas)] as const);
  return members.some(([, example]) => example === undefined) ? undefined : Object.fromEntries(members);
}
