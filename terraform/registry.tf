# Our images and those of the functions. Tags are mutable, because Cloud Functions moves its own and the clean-up removes
# them. Deployments refer to digests, never to tags.

resource "google_artifact_registry_repository" "images" {
  #checkov:skip=CKV_GCP_84:Images are built from a public repository and contain no secrets
  repository_id = "watchparty"
  location      = var.region
  format        = "DOCKER"
  labels        = local.labels

  cleanup_policies {
    id     = "keep-the-last-ten"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-after-90-days"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.api]
}

# The account for builds: Cloud Build for our images (make deploy), Cloud Functions for the functions.
resource "google_service_account" "builder" {
  account_id   = "watchparty-builder"
  display_name = "WatchParty: builds images and functions"
  depends_on   = [google_project_service.api]
}

resource "google_artifact_registry_repository_iam_member" "builder_pushes" {
  repository = google_artifact_registry_repository.images.repository_id
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.builder.member
}

resource "google_project_iam_member" "builder_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.builder.member
}

resource "google_storage_bucket_iam_member" "builder_reads_source" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectUser" # gcloud builds submit also stages its source here
  member = google_service_account.builder.member
}

# Cloud Functions copies each archive into its own bucket before it builds. The grant covers only that bucket name.
resource "google_project_iam_member" "builder_reads_function_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.builder.member

  condition {
    title      = "function-sources-only"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-${var.region}\")"
  }
}
