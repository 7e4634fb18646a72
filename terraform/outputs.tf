# Outputs for the deployment (deploy/) and the operator.

output "address" {
  description = "production: the address for the domain's A record."
  value       = try(google_compute_global_address.site["v4"].address, null)
}

output "address_v6" {
  description = "production: the address for the domain's AAAA record."
  value       = try(google_compute_global_address.site["v6"].address, null)
}

output "builder_account" {
  description = "The service account with which Cloud Build builds the images."
  value       = google_service_account.builder.id
}

output "cdn_keys" {
  description = "Secrets with Cloud CDN's signing keys, by key name."
  value       = { for name, secret in google_secret_manager_secret.cdn : name => secret.secret_id }
}

output "certificate_record" {
  description = "production: the record that authorises Google to issue the domain's certificate, as NAME TYPE DATA."
  value       = one([for record in flatten(google_certificate_manager_dns_authorization.site[*].dns_resource_record) : "${record.name} ${record.type} ${record.data}"])
}

output "database" {
  description = "The store URL, for `watchparty admin` on the operator's machine."
  value       = local.api_environment.WATCHPARTY_STORE_URL
}

output "films_policy" {
  description = "The edge's policy for films where the budget stops them, for `watchparty admin film-budget`; empty without."
  value       = local.films_policy == null ? "" : local.films_policy
}

output "github" {
  description = "Workload identity provider and service account for the deploying workflow."
  value = var.github_repository_id == null ? null : {
    workload_identity_provider = google_iam_workload_identity_pool_provider.github[0].name
    service_account            = google_service_account.deployer[0].email
  }
}

output "key_prefix" {
  description = "What the names of the signing keys' secrets begin with, for `watchparty admin` on the operator's machine."
  value       = "projects/${var.project_id}/secrets/watchparty"
}

output "key_secrets" {
  description = "Secrets of the signing keys, by the name of the mounted file."
  value       = { for name, file in local.key_files : file => google_secret_manager_secret.key[name].secret_id }
}

output "media_bucket" {
  description = "The bucket for prepared films."
  value       = google_storage_bucket.media.name
}

output "profile" {
  description = "The applied profile."
  value       = var.profile
}

output "registry" {
  description = "The registry to which images are pushed."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
}

output "site_bucket" {
  description = "production: the bucket for the page."
  value       = one(google_storage_bucket.site[*].name)
}

output "site_url" {
  description = "The address of the site."
  value       = local.site_url
}

output "source_bucket" {
  description = "The bucket in which Cloud Build's sources are staged."
  value       = google_storage_bucket.source.name
}

output "uploads_bucket" {
  description = "The bucket for originals."
  value       = google_storage_bucket.uploads.name
}
