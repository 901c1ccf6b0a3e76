# Everything that Foothold needs in an Auth0 tenant, but for custom domains (list them in AUTH0_CUSTOM_DOMAINS) and your own front ends' looks.
# docs/auth0.md says what each part is for, and how to check the result.

terraform {
  required_version = ">= 1.5"
  required_providers {
    auth0 = {
      source  = "auth0/auth0"
      version = "~> 1.15"
    }
  }
}

# Reads AUTH0_DOMAIN (the canonical one), AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of an application that may manage the
# tenant: not the one that is made here for the service.
provider "auth0" {}

# The API: its identifier is the service's AUTH0_AUDIENCE.
resource "auth0_resource_server" "foothold" {
  name        = "Foothold"
  identifier  = var.audience
  signing_alg = "RS256"

  # RBAC, and the permissions in the access token: Foothold reads them from there.
  enforce_policies = true
  token_dialect    = "access_token_authz"

  allow_offline_access                            = true
  skip_consent_for_verifiable_first_party_clients = true
}

resource "auth0_resource_server_scopes" "foothold" {
  resource_server_identifier = auth0_resource_server.foothold.identifier

  scopes {
    name        = "onboarding:attest"
    description = "Attest steps, as a trusted system"
  }

  scopes {
    name        = "onboarding:read"
    description = "Read onboarding progress of all tenants, for gates and reports"
  }

  scopes {
    name        = "platform:admin"
    description = "Operate Foothold, across tenants"
  }
}

# The service itself, at the Management API.
resource "auth0_client" "service" {
  name        = "Foothold service (${var.environment})"
  app_type    = "non_interactive"
  grant_types = ["client_credentials"]
}

resource "auth0_client_credentials" "service" {
  client_id             = auth0_client.service.id
  authentication_method = "client_secret_post"
}

resource "auth0_client_grant" "service_management" {
  client_id = auth0_client.service.id
  audience  = "https://${var.auth0_domain}/api/v2/"
  scopes    = ["read:users", var.metadata == "user_metadata" ? "update:users" : "update:users_app_metadata"]
}

# The web front end.
resource "auth0_client" "web" {
  name                = "Web (${var.environment})"
  app_type            = "spa"
  oidc_conformant     = true
  grant_types         = ["authorization_code", "refresh_token"]
  callbacks           = var.web_origins
  allowed_logout_urls = var.web_origins
  web_origins         = var.web_origins
  allowed_origins     = var.web_origins

  jwt_configuration {
    alg = "RS256"
  }

  refresh_token {
    rotation_type   = "rotating"
    expiration_type = "expiring"
    token_lifetime  = 2592000
    leeway          = 3
  }
}

resource "auth0_client_credentials" "web" {
  client_id             = auth0_client.web.id
  authentication_method = "none"
}

# A trusted system: one application each.
resource "auth0_client" "payments" {
  name        = "Payments (${var.environment})"
  app_type    = "non_interactive"
  grant_types = ["client_credentials"]
}

resource "auth0_client_grant" "payments" {
  depends_on = [auth0_resource_server_scopes.foothold]

  client_id = auth0_client.payments.id
  audience  = auth0_resource_server.foothold.identifier
  scopes    = ["onboarding:attest"]
}

# Operators are people with this role.
resource "auth0_role" "operator" {
  name        = "Foothold operator"
  description = "Sees and repairs the onboarding of every tenant"
}

resource "auth0_role_permissions" "operator" {
  depends_on = [auth0_resource_server_scopes.foothold]

  role_id = auth0_role.operator.id

  permissions {
    name                       = "platform:admin"
    resource_server_identifier = auth0_resource_server.foothold.identifier
  }
}

# Puts the sealed mirrors into the tokens.
resource "auth0_action" "mirrors" {
  name    = "Foothold mirrors"
  runtime = "node22"
  code    = file("${path.module}/../post-login.action.js")
  deploy  = true

  supported_triggers {
    id      = "post-login"
    version = "v3"
  }

  secrets {
    name  = "AUTH0_METADATA"
    value = var.metadata
  }
}

# Adds it to the login flow and leaves the Actions that are there in place.
resource "auth0_trigger_action" "mirrors" {
  trigger   = "post-login"
  action_id = auth0_action.mirrors.id
}
