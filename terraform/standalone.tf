# hobby: page, API and relay in one process on one Cloud Run service. One instance, because rooms live in its memory. Cloud Run
# may run two for a moment; a lease in the database decides which of them commands the rooms (ADR 47).

resource "google_service_account" "standalone" {
  count        = local.hobby ? 1 : 0
  account_id   = "watchparty-standalone"
  display_name = "WatchParty: the site"
  depends_on   = [google_project_service.api]
}

resource "google_cloud_run_v2_service" "standalone" {
  count               = local.hobby ? 1 : 0
  name                = "watchparty"
  location            = var.region
  labels              = local.labels
  ingress             = "INGRESS_TRAFFIC_ALL" # there is no load balancer in front
  deletion_protection = var.deletion_protection

  template {
    service_account                  = google_service_account.standalone[0].email
    timeout                          = "3600s"
    max_instance_request_concurrency = 250
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      min_instance_count = 0
      max_instance_count = 1
    }

    containers {
      image = var.images.standalone

      ports {
        container_port = 8080
      }

      resources {
        limits = {
          cpu    = "1"
          memory = "1Gi"
        }
        # An open socket is a request, so there is CPU while someone is in a room. Without requests the instance is not
        # billed, even though the checks of site_down keep it alive day and night.
        cpu_idle          = true
        startup_cpu_boost = true
      }

      startup_probe {
        http_get {
          path = "/health"
        }
        period_seconds    = 1
        failure_threshold = 60
      }

      dynamic "env" {
        for_each = merge(
          { for name, value in local.api_environment : name => value if value != null },
          { WATCHPARTY_SIGNER_ACCOUNT = google_service_account.standalone[0].email },
        )
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = google_secret_manager_secret.smtp[*].secret_id
        content {
          name = "WATCHPARTY_SMTP_URL"
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }

      dynamic "volume_mounts" {
        for_each = local.mounted_keys
        content {
          name       = volume_mounts.key
          mount_path = "/keys/${volume_mounts.key}"
        }
      }
    }

    dynamic "volumes" {
      for_each = local.mounted_keys
      content {
        name = volumes.key
        secret {
          secret = volumes.value.secret
          items {
            version = volumes.value.version
            path    = volumes.value.file
          }
        }
      }
    }
  }

  depends_on = [
    google_firestore_index.query,
    google_project_iam_member.function_uses_firestore,
    google_secret_manager_secret_iam_member.function_reads_key,
  ]
}

resource "google_cloud_run_v2_service_iam_member" "standalone_is_public" {
  count    = local.hobby ? 1 : 0
  name     = google_cloud_run_v2_service.standalone[0].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}
