# The service's settings: terraform output -json | jq …, or copied by hand.

output "AUTH0_DOMAIN" {
  value = var.auth0_domain
}

output "AUTH0_AUDIENCE" {
  value = auth0_resource_server.foothold.identifier
}

output "AUTH0_CLIENT_ID" {
  value = auth0_client.service.client_id
}

output "AUTH0_CLIENT_SECRET" {
  value     = auth0_client_credentials.service.client_secret
  sensitive = true
}

output "AUTH0_METADATA" {
  value = var.metadata
}

output "FOOTHOLD_ENVIRONMENT" {
  value = var.environment
}

output "web_client_id" {
  description = "The clientId of the web front end"
  value       = auth0_client.web.client_id
}
