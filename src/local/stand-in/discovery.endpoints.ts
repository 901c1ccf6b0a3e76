import type { FastifyInstance } from 'fastify';
import { issuerOf } from './issuer.js';
import type { SigningKeys } from './signing-keys.js';

/** What a verifier reads: the discovery document of the domain it asked, and the keys. */
export function registerDiscoveryEndpoints(app: FastifyInstance, keys: SigningKeys): void {
  app.get('/.well-known/openid-configuration', { config: { operation: 'discovery' } }, async (request) => {
    const issuer = issuerOf(request);
    return {
      issuer,
      token_endpoint: `${issuer}oauth/token`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
      scopes_supported: ['openid', 'profile', 'email'],
      grant_types_supported: ['client_credentials', 'password'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  });
  app.get('/.well-known/jwks.json', { config: { operation: 'jwks' } }, async () => ({ keys: keys.publicKeys() }));
}
