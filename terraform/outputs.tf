# What the deployment (deploy/) and the operator ask for.

output "address" {
  description = "production: where the domain's A record has to point."
  value       = one(google_compute_global_address.site[*].address)
}

output "builder_account" {
  description = "The service account that Cloud Build builds the images as."
  value       = google_service_account.builder.id
}

output "cdn_keys" {
  description = "Secrets that hold Cloud CDN's signing keys, by the key's name."
  value       = { for name, secret in google_secret_manager_secret.cdn : name => secret.secret_id }
}

output "database" {
  description = "The store's address, for `watchparty admin` on the operator's machine."
  value       = local.api_environment.WATCHPARTY_STORE_URL
}

output "github" {
  description = "What the deploying workflow needs: workload identity provider and service account."
  value = var.github_repository == null ? null : {
    workload_identity_provider = google_iam_workload_identity_pool_provider.github[0].name
    service_account            = google_service_account.deployer[0].email
  }
}

output "key_secrets" {
  description = "Secrets of the signing keys, by the file that they are mounted as."
  value       = { for name, file in local.key_files : file => google_secret_manager_secret.key[name].secret_id }
}

output "media_bucket" {
  description = "The bucket of the prepared films."
  value       = google_storage_bucket.media.name
}

output "profile" {
  description = "The profile that was applied."
  value       = var.profile
}

output "registry" {
  description = "Where images are pushed to."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
}

output "site_bucket" {
  description = "production: the bucket of the page."
  value       = one(google_storage_bucket.site[*].name)
}

output "site_url" {
  description = "Where the site is."
  value       = local.site_url
}

output "source_bucket" {
  description = "Where Cloud Build's sources are staged."
  value       = google_storage_bucket.source.name
}

output "uploads_bucket" {
  description = "The bucket of the originals."
  value       = google_storage_bucket.uploads.name
}
