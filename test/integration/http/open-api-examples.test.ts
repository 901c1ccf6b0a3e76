import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { TestService } from '../../support/service.js';

interface Parameter {
  readonly name: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema: { readonly example?: unknown };
}

interface Media {
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly $ref?: string; readonly value?: unknown }>>;
}

interface Body {
  readonly content?: Readonly<Record<string, Media>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly examples: Readonly<Record<string, { readonly value: unknown }>> };
}

/** A media type of a request body or a response, and where the document has it. */
interface Place {
  readonly name: string;
  readonly pointer: string;
  readonly media: Media;
  readonly problem: boolean;
}

const DOCUMENT = 'urn:foothold:openapi';

describe('the examples of the OpenAPI document', () => {
  let service: TestService;
  let document: Document;
  let faultsOf: (pointer: string, value: unknown) => string[];
  beforeAll(async () => {
    service = await TestService.start();
    ({ body: document } = await service.anonymous().get('/openapi.json'));
    faultsOf = validator(document);
  });
  afterAll(() => service.stop());

  const operations = (): Array<{ name: string; steps: string[]; operation: Operation }> =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method} ${path}`,
        steps: ['paths', path, method],
        operation,
      })),
    );

  function places(): Place[] {
    return operations().flatMap(({ name, steps, operation: { requestBody, responses } }) => {
      const bodies: Array<[string[], Body | undefined]> = [
        [['requestBody'], requestBody],
        ...Object.entries(responses).map(([status, body]): [string[], Body] => [['responses', status], body]),
      ];
      return bodies.flatMap(([inner, body]) =>
        Object.entries(body?.content ?? {}).map(([type, media]) => ({
          name: [name, ...inner, type].join(' '),
          pointer: pointerOf([...steps, ...inner, 'content', type, 'schema']),
          media,
          problem: type === 'application/problem+json',
        })),
      );
    });
  }

  /** The examples of a media type, those in `components` included. */
  function examplesOf({ example, examples = {} }: Media): unknown[] {
    const named = Object.values(examples).map(({ $ref, value }) =>
      $ref === undefined ? value : document.components.examples[$ref.split('/').at(-1) as string]?.value,
    );
    return example === undefined ? named : [example, ...named];
  }

  it('describes every parameter, and gives an example of it', () => {
    const incomplete = operations().flatMap(({ name, operation: { parameters = [] } }) =>
      parameters
        .filter(({ description, example, schema }) => !description || (example ?? schema.example) === undefined)
        .map((parameter) => `${name} ${parameter.name}`),
    );
    expect(incomplete).toEqual([]);
  });

  it('has an example of every parameter that is valid against its schema', () => {
    const faults = operations().flatMap(({ name, steps, operation: { parameters = [] } }) =>
      parameters.flatMap(({ name: parameter, example, schema }, index) =>
        faultsOf(pointerOf([...steps, 'parameters', `${index}`, 'schema']), example ?? schema.example).map(
          (fault) => `${name} ${parameter}: ${fault}`,
        ),
      ),
    );
    expect(faults).toEqual([]);
  });

  it('has an example of every body', () => {
    const missing = places().filter(({ media }) => examplesOf(media).length === 0);
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('has only examples of bodies that are valid against their schemas', () => {
    const faults = places().flatMap(({ name, pointer, media }) =>
      examplesOf(media).flatMap((example) => faultsOf(pointer, example).map((fault) => `${name}: ${fault}`)),
    );
    expect(faults).toEqual([]);
  });

  it('would find an example that is not valid', () => {
    const [place] = places().filter(({ problem }) => problem);
    expect(faultsOf(place?.pointer ?? '', { code: 'no_such_code' })).not.toEqual([]);
  });
});

/** A JSON Pointer as the fragment of a URI. */
const pointerOf = (steps: readonly string[]): string =>
  steps.map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

/** Returns a function that lists the faults of a value under the schema at a pointer into the document. */
function validator(document: object): (pointer: string, value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, inlineRefs: false, validateSchema: false });
  ajvFormats.default(ajv);
  ajv.addSchema(document, DOCUMENT);
  return (pointer, value) => {
    const validate = ajv.compile({ $ref: `${DOCUMENT}#${pointer}` });
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
}
