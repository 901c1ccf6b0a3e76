variable "auth0_domain" {
  description = "Canonical domain of the tenant, such as acme.eu.auth0.com; never the custom one"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+\\.auth0\\.com$", var.auth0_domain))
    error_message = "Expected the canonical domain, such as acme.eu.auth0.com, without scheme and path."
  }
}

variable "environment" {
  description = "The service's FOOTHOLD_ENVIRONMENT"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{1,16}$", var.environment))
    error_message = "Expected 1 to 16 small letters and digits."
  }
}

variable "audience" {
  description = "Identifier of the API: the service's AUTH0_AUDIENCE. It cannot be changed later"
  type        = string
  default     = "https://api.acme.com"
}

variable "web_origins" {
  description = "Where the web front end is served, such as https://app.acme.com"
  type        = list(string)
}

variable "metadata" {
  description = "The service's AUTH0_METADATA"
  type        = string
  default     = "app_metadata"

  validation {
    condition     = contains(["app_metadata", "user_metadata"], var.metadata)
    error_message = "Expected app_metadata or user_metadata."
  }
}
