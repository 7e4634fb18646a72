# The images of all programs. Deployments refer to them by digest, never by tag.

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

# The account with which Cloud Build builds the images (make deploy).
resource "google_service_account" "builder" {
  account_id   = "watchparty-builder"
  display_name = "WatchParty: builds images"
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
