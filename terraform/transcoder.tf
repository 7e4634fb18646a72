# The transcoder: a job that the functions, and nothing else, start for each film.

resource "google_service_account" "transcoder" {
  account_id   = "watchparty-transcoder"
  display_name = "WatchParty: transcoder"
  depends_on   = [google_project_service.api]
}

locals {
  # The settings of docs/configuration.md, "The transcoder". Each execution names its film.
  transcoder_environment = {
    WATCHPARTY_UPLOADS_BUCKET  = google_storage_bucket.uploads.name
    WATCHPARTY_MEDIA_BUCKET    = google_storage_bucket.media.name
    WATCHPARTY_TRANSCODE_TOPIC = google_pubsub_topic.event["transcode-events"].id
  }
}

resource "google_cloud_run_v2_job" "transcoder" {
  name                = "watchparty-transcoder"
  location            = var.region
  labels              = local.labels
  deletion_protection = false # it holds nothing

  template {
    task_count  = var.transcoder.tasks # they share a film's pieces; a task without one ends at once
    parallelism = var.transcoder.tasks

    template {
      service_account       = google_service_account.transcoder.email
      execution_environment = "EXECUTION_ENVIRONMENT_GEN2"
      max_retries           = 3 # a task resumes where it stopped
      timeout               = "${var.transcoder.timeout_hours * 3600}s"

      containers {
        name  = "transcoder"
        image = var.images.transcoder
        args  = ["--task"]

        resources {
          limits = {
            cpu    = tostring(var.transcoder.cpu)
            memory = "${var.transcoder.memory_gb}Gi"
          }
        }

        dynamic "env" {
          for_each = local.transcoder_environment
          content {
            name  = env.key
            value = env.value
          }
        }
      }
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "transcoder_reads_originals" {
  bucket = google_storage_bucket.uploads.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.transcoder.member
}

# The transcoder replaces growing playlists, so permission to create is not enough.
resource "google_storage_bucket_iam_member" "transcoder_writes_media" {
  bucket = google_storage_bucket.media.name
  role   = "roles/storage.objectUser"
  member = google_service_account.transcoder.member
}
