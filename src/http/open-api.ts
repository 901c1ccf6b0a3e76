import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const DESCRIPTION = `Onboarding progress that is safe and true wherever a person signs in from and whatever is down.
Errors are RFC 9457 problem documents; their \`code\` is the contract.`;

/** The document that others test against: every route, status and schema. */
function openApiDocument(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Foothold')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This service')
    .addTag('Own progress', 'A signed-in person reads and moves their onboarding.')
    .addTag('Tenant admins', 'For owners and admins of a tenant, and for the platform’s operators everywhere.')
    .addTag('Trusted systems', 'What nobody may claim of themselves.')
    .addTag('Platform', 'For the platform’s operators: what is done over all tenants.')
    .addTag('Health', 'For operators and their machines.')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An Auth0 access token' },
      'auth0',
    )
    .setOpenAPIVersion('3.1.0')
    .build();
  const contact = { name: 'Whoever operates this service' };
  return SwaggerModule.createDocument(app, { ...settings, info: { ...settings.info, contact } });
}

/** `/openapi.json` and Swagger UI at `/docs`, made when somebody first asks for them: starting stays fast. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
}
