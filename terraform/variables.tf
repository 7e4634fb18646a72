# Every setting, in alphabetical order. Those without a default are required; docs/deployment.md shows a complete file.

variable "alert_email" {
  description = "The address for alerts, budget mails and reminders of key rotation."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$", var.alert_email))
    error_message = "alert_email must be an email address."
  }
}

variable "budget" {
  description = "Monthly amount at which budget mails are sent; null: no budget alert. Needs a role on the billing account. With stop_films_at = 0.9 the site serves no films from nine tenths of the amount until the next month (docs/operations.md, Films stopped by the budget)."
  type = object({
    billing_account = string
    amount          = number
    currency        = optional(string) # null: that of the billing account; Google refuses any other
    stop_films_at   = optional(number) # a share of the amount; null: the budget stops nothing
  })
  default = null

  validation {
    condition     = var.budget == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "budget.billing_account must look like 012345-6789AB-CDEF01."
  }
  validation {
    condition     = try(var.budget.amount, 1) >= 1
    error_message = "budget.amount must be at least 1."
  }
  validation {
    condition     = try(var.budget.stop_films_at > 0 && var.budget.stop_films_at <= 1, true)
    error_message = "budget.stop_films_at must be a share of the amount: above 0, at most 1."
  }
}

variable "canary" {
  description = "The share of requests, in percent, that the new revision of each HTTP function gets, and the revision of each that gets the rest. `make deploy CANARY=10` sets it."
  type = object({
    percent = number
    stable  = map(string)
  })
  default  = { percent = 100, stable = {} }
  nullable = false

  validation {
    condition     = var.canary.percent >= 1 && var.canary.percent <= 100 && floor(var.canary.percent) == var.canary.percent
    error_message = "canary.percent must be a whole number from 1 to 100."
  }
}

variable "cdn_active_key" {
  description = "The one of cdn_key_names that signs playback cookies. The others stay valid, so that a key can be rotated."
  type        = string
  default     = "k1"
  nullable    = false

  validation {
    condition     = contains(var.cdn_key_names, var.cdn_active_key)
    error_message = "cdn_active_key must be one of cdn_key_names."
  }
}

variable "cdn_key_names" {
  description = "Names of the keys that Cloud CDN accepts, at most three. Each has a secret watchparty-cdn-NAME."
  type        = set(string)
  default     = ["k1"]
  nullable    = false

  validation {
    condition     = length(var.cdn_key_names) >= 1 && length(var.cdn_key_names) <= 3 && alltrue([for name in var.cdn_key_names : can(regex("^[a-z][a-z0-9]{0,19}$", name))])
    error_message = "cdn_key_names must hold one to three names of lower-case letters and digits."
  }
}

variable "certificate_by_dns" {
  description = "production: true uses the certificate of Certificate Manager, which is issued as soon as the domain has the record of the output certificate_record, even before the domain leads here. On a site that already serves, set the record first and wait until the certificate is ACTIVE (docs/deployment.md)."
  type        = bool
  default     = false
  nullable    = false
}

variable "cors_origins" {
  description = "Other sites whose pages may call the API, e.g. https://app.example. None by default."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https://[^/*]+$", origin))])
    error_message = "cors_origins must hold https:// origins without path and without *."
  }
}

variable "database" {
  description = "The name of the Firestore database. A restore creates another one beside it (docs/operations.md)."
  type        = string
  default     = "watchparty"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.database))
    error_message = "database must be 4 to 63 lower-case letters, digits and hyphens."
  }
}

variable "deletion_protection" {
  description = "Keeps Terraform from deleting resources that hold data or serve people. Turn it off only to take everything down."
  type        = bool
  default     = true
  nullable    = false
}

variable "domain" {
  description = "The site's host name, e.g. watch.example. production: required; its A and AAAA records point to the outputs address and address_v6. hobby: null uses Cloud Run's own address."
  type        = string
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name in lower case without https:// and path."
  }
  validation {
    condition     = var.profile != "production" || var.domain != null
    error_message = "The production profile needs a domain."
  }
}

variable "first_admin" {
  description = "The verified address that becomes administrator at its first sign-in with Identity Platform; null with local accounts."
  type        = string
  default     = null

  validation {
    condition     = var.first_admin == null || can(regex("^[^@[:space:]]+@[^@[:space:]]+$", var.first_admin))
    error_message = "first_admin must be an email address."
  }
  validation {
    condition     = var.identity != "identity_platform" || var.first_admin != null
    error_message = "Identity Platform needs a first administrator: set first_admin."
  }
}

variable "functions_scale" {
  description = "Minimum and maximum instances of each HTTP function, and concurrent requests per instance."
  type = object({
    least       = optional(number, 0)
    most        = optional(number, 20)
    concurrency = optional(number, 40)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.functions_scale.least >= 0 && var.functions_scale.most >= max(1, var.functions_scale.least) && var.functions_scale.concurrency >= 1 && var.functions_scale.concurrency <= 40
    error_message = "functions_scale: 0 <= least <= most, and concurrency 1 to 40: an instance has 40 threads."
  }
}

variable "github_repository_id" {
  description = "The numeric id of the GitHub repository whose workflow on the main branch may deploy without a key; null: none. `gh api repos/OWNER/NAME --jq .id` prints it."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository_id == null || can(regex("^[0-9]+$", var.github_repository_id))
    error_message = "github_repository_id must be the repository's number, not its name: gh api repos/OWNER/NAME --jq .id"
  }
}

variable "identity" {
  description = "How hosts sign in: local (our own accounts) or identity_platform."
  type        = string
  default     = "local"
  nullable    = false

  validation {
    condition     = contains(["local", "identity_platform"], var.identity)
    error_message = "identity must be local or identity_platform."
  }
}

variable "images" {
  description = "The built images, each by digest (HOST/PATH@sha256:…). hobby needs standalone, functions and transcoder, production relay, functions and transcoder."
  type = object({
    functions  = string
    relay      = optional(string)
    standalone = optional(string)
    transcoder = string
  })
  nullable = false

  validation {
    condition     = alltrue([for image in values(var.images) : image == null || can(regex("@sha256:[0-9a-f]{64}$", image))])
    error_message = "Name each image by its digest, so that the tested image is the one that runs."
  }
  validation {
    condition     = (var.profile == "hobby" ? var.images.standalone : var.images.relay) != null
    error_message = "hobby needs images.standalone, production needs images.relay."
  }
}

variable "key_rotation_days" {
  description = "Days after which Secret Manager sends a reminder to rotate signing keys (docs/operations.md, key rotation)."
  type        = number
  default     = 180
  nullable    = false

  validation {
    condition     = var.key_rotation_days >= 1 && var.key_rotation_days <= 3650
    error_message = "key_rotation_days must be from 1 to 3650."
  }
}

variable "key_versions" {
  description = "The mounted version of each key's secret (access, join, notice, hash, public, cdn-NAME). `make deploy` sets the newest, so that the functions restart after a key rotation."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for version in values(var.key_versions) : can(regex("^([0-9]+|latest)$", version))])
    error_message = "key_versions must hold version numbers."
  }
}

variable "location" {
  description = "Location of the database: a region, eur3 or nam5. It can never be changed. null: the region."
  type        = string
  default     = null
}

variable "log_days" {
  description = "Days for which logs are kept. They contain IP addresses, so keep this as short as you can."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.log_days >= 1 && var.log_days <= 3650
    error_message = "log_days must be from 1 to 3650."
  }
}

variable "mail_from" {
  description = "The sender of mails. The secret watchparty-smtp must then hold smtp://USER:PASSWORD@HOST:587; null: no mail is sent."
  type        = string
  default     = null
}

variable "media_days" {
  description = "Days after which prepared films are deleted from the media bucket; 0: never. Egress, not storage, is the main cost (docs/cost.md)."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.media_days >= 0
    error_message = "media_days must be 0 or more."
  }
}

variable "original_days" {
  description = "Days after which originals are deleted. Prepared films stay, but without its original a film cannot be prepared again."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.original_days >= 1
    error_message = "original_days must be at least 1."
  }
}

variable "profile" {
  description = "hobby: one small service that scales to zero when no one watches. production: functions, relays behind a load balancer, Redis, CDN."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["hobby", "production"], var.profile)
    error_message = "profile must be hobby or production."
  }
}

variable "project_id" {
  description = "The Google Cloud project, which must exist and have billing enabled."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be a project's id, not its name or number."
  }
}

variable "redis" {
  description = "Size and tier of Redis, which holds the rooms (production). BASIC loses its data on a failure; rooms then resume from their last snapshot."
  type = object({
    memory_gb = optional(number, 1)
    tier      = optional(string, "STANDARD_HA")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["BASIC", "STANDARD_HA"], var.redis.tier) && var.redis.memory_gb >= 1
    error_message = "redis: tier BASIC or STANDARD_HA, memory_gb at least 1."
  }
}

variable "region" {
  description = "The region in which everything runs."
  type        = string
  default     = "europe-west1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must look like europe-west1."
  }
}

variable "relay_scale" {
  description = "Minimum and maximum instances of the relay (production), and sockets per instance. Idle sockets are billed as long as they are open."
  type = object({
    least       = optional(number, 1)
    most        = optional(number, 20)
    connections = optional(number, 1000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.relay_scale.least >= 0 && var.relay_scale.most >= max(1, var.relay_scale.least) && var.relay_scale.connections >= 1 && var.relay_scale.connections <= 1000
    error_message = "relay_scale: 0 <= least <= most, and 1 to 1000 connections (Cloud Run's limit)."
  }
}

variable "serve_films" {
  description = "false stops all film traffic, and with it nearly the whole bill, at once; rooms, chat and page keep working (docs/cost.md)."
  type        = bool
  default     = true
  nullable    = false
}

variable "traces_endpoint" {
  description = "An OTLP collector over HTTP to which the HTTP functions send traces, e.g. https://telemetry.googleapis.com (with the credentials of their service accounts) or https://collector.example:4318; null: none. Each answer waits for its span, at most a second."
  type        = string
  default     = null

  validation {
    condition     = var.traces_endpoint == null || can(regex("^https?://[^/]+", var.traces_endpoint))
    error_message = "traces_endpoint must start with https:// or http://."
  }
}

variable "transcoder" {
  description = "Number and size of the tasks of one transcode, and the vCPU that the project's quota allows in the region. More tasks finish a film sooner for about the same price."
  type = object({
    tasks         = optional(number, 20)
    cpu           = optional(number, 4)
    memory_gb     = optional(number, 4)
    timeout_hours = optional(number, 1)
    quota_vcpu    = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.transcoder.tasks >= 1 && var.transcoder.tasks <= 1000 && var.transcoder.timeout_hours >= 1 && var.transcoder.timeout_hours <= 168
    error_message = "transcoder: 1 to 1000 tasks, timeout_hours 1 to 168."
  }
  # https://docs.cloud.google.com/run/docs/configuring/jobs/cpu (2026-11); ffmpeg needs 2 GB
  validation {
    condition = try(
      var.transcoder.memory_gb >= { 1 = 2, 2 = 2, 4 = 2, 6 = 4, 8 = 4 }[var.transcoder.cpu] &&
      var.transcoder.memory_gb <= { 1 = 4, 2 = 8, 4 = 16, 6 = 24, 8 = 32 }[var.transcoder.cpu],
    false)
    error_message = "transcoder: Cloud Run allows these memory_gb per cpu: 1: 2 to 4, 2: 2 to 8, 4: 2 to 16, 6: 4 to 24, 8: 4 to 32."
  }
  validation {
    condition     = var.transcoder.tasks * var.transcoder.cpu <= var.transcoder.quota_vcpu
    error_message = "transcoder: tasks × cpu exceeds quota_vcpu. Use fewer tasks, or request more quota (docs/operations.md, Quotas) and raise quota_vcpu."
  }
}
