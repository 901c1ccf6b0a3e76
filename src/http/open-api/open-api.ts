import { hash } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addExamples } from './examples.js';
import { problemSchemas } from './problem-schemas.js';

const DESCRIPTION = `Stores onboarding progress for the members of tenants. A completed step stays completed, whatever device a person uses and whichever level is down.

Errors are problem documents (RFC 9457). Their \`code\` is part of the contract; titles and details may change.`;

/** The contract of the service: every route, status, schema and problem. */
function openApiDocument(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Foothold')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This service')
    .addTag('Own progress', 'A signed-in person reads and changes their own onboarding.')
    .addTag('Tenant admins', 'Owners and admins manage their tenant; platform operators manage every tenant.')
    .addTag('Trusted systems', 'Systems such as billing attest steps that a person cannot complete.')
    .addTag('Platform', 'Platform operators work across all tenants.')
    .addTag('Health', 'Probes and monitoring, without a token.')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An Auth0 access token.' },
      'auth0',
    )
    .setOpenAPIVersion('3.1.0')
    .build();
  const contact = { name: 'The operator of this service' };
  const scanned = SwaggerModule.createDocument(app, { ...settings, info: { ...settings.info, contact } });
  const document = withPublicNames(withSchemas(scanned, problemSchemas()));
  addExamples(document);
  return document;
}

/** Adds those of the schemas that something refers to. */
function withSchemas(document: OpenAPIObject, schemas: object): OpenAPIObject {
  const text = JSON.stringify([document, schemas]);
  const used = Object.entries(schemas).filter(([name]) => text.includes(`"#/components/schemas/${name}"`));
  const { components } = document;
  return {
    ...document,
    components: { ...components, schemas: { ...components?.schemas, ...Object.fromEntries(used) } },
  };
}

/** A schema has the name of its class without `Dto`, which says nothing to a client. */
function withPublicNames(document: OpenAPIObject): OpenAPIObject {
  const schemas: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    const publicName = name.replace(/Dto$/, '');
    if (publicName in schemas) throw new Error(`Two classes make the schema ${publicName}; rename one of them.`);
    schemas[publicName] = schema;
  }
  const text = JSON.stringify({ ...document, components: { ...document.components, schemas } });
  return JSON.parse(text.replaceAll(/("#\/components\/schemas\/\w+)Dto"/g, '$1"')) as OpenAPIObject;
}

/**
 * Serves `/openapi.json`, and Swagger UI at `/docs`. The document is made and rendered once, on the first request: at the
 * start it would only delay the service.
 */
export function serveOpenApi(app: INestApplication): void {
  let document: OpenAPIObject | undefined;
  let rendered: Rendered | undefined;
  const made = (): OpenAPIObject => (document ??= openApiDocument(app));
  SwaggerModule.setup('docs', app, made, { raw: false });
  app.getHttpAdapter().get('/openapi.json', ({ headers }: FastifyRequest, reply: FastifyReply) => {
    const { body, etag } = (rendered ??= render(made()));
    void reply.headers({ etag, 'cache-control': 'no-cache' });
    if (headers['if-none-match']?.includes(etag)) return reply.status(304).send();
    return reply.type('application/json').send(body);
  });
}

interface Rendered {
  readonly body: Buffer;
  readonly etag: string;
}

function render(document: OpenAPIObject): Rendered {
  const body = Buffer.from(JSON.stringify(document));
  return { body, etag: `"${hash('sha256', body, 'base64url')}"` };
}
