# Values that several files use: the profile, the site's address, names.

data "google_project" "this" {}

locals {
  production = var.profile == "production"
  hobby      = var.profile == "hobby"

  # Cloud Run's address of a service is known before the service exists: SERVICE-PROJECTNUMBER.REGION.run.app.
  host     = coalesce(var.domain, "watchparty-${data.google_project.this.number}.${var.region}.run.app")
  site_url = "https://${local.host}"
  # production: the relay's own address, which only the load balancer and our network reach.
  relay_host = "watchparty-relay-${data.google_project.this.number}.${var.region}.run.app"

  service_agents = {
    pubsub  = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
    cdn     = "serviceAccount:service-${data.google_project.this.number}@cloud-cdn-fill.iam.gserviceaccount.com"
    storage = "serviceAccount:${data.google_storage_project_service_account.this.email_address}"
    secrets = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-secretmanager.iam.gserviceaccount.com"
  }

  # The project prefix keeps bucket names globally unique.
  bucket_prefix = "${var.project_id}-watchparty"
  labels        = { app = "watchparty", profile = var.profile }
}

data "google_storage_project_service_account" "this" {
  depends_on = [google_project_service.api]
}
