import type { FastifyInstance } from 'fastify';
import { issuerOf } from './issuer.js';
import type { SigningKeys } from './signing-keys.js';

/** What a verifier reads: the discovery document of the domain it asked, and the keys. */
export function registerDiscoveryEndpoints(app: FastifyInstance, keys: SigningKeys): void {
  app.get('/.well-known/openid-configuration', { config: { operation: 'discovery' } }, async (request) => {
    const issuer = issuerOf(request);
    return {
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}oauth/token`,
      userinfo_endpoint: `${issuer}userinfo`,
      end_session_endpoint: `${issuer}oidc/logout`,
      revocation_endpoint: `${issuer}oauth/revoke`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'web_message'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials', 'password'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  });
  app.get('/.well-known/jwks.json', { config: { operation: 'jwks' } }, async () => ({ keys: keys.publicKeys() }));
}
