# production: the relays. Any number of instances share their state in Redis, so clients can reconnect to any of them.

resource "google_service_account" "relay" {
  count        = local.production ? 1 : 0
  account_id   = "watchparty-relay"
  display_name = "WatchParty: relay"
  depends_on   = [google_project_service.api]
}

locals {
  # The settings of docs/configuration.md, "The relay alone".
  relay_environment = {
    WATCHPARTY_RELAY_BUS          = "redis"
    WATCHPARTY_RELAY_EVENTS_TOPIC = local.production ? google_pubsub_topic.event["room-events"].id : null
    WATCHPARTY_RELAY_HOST         = "0.0.0.0"
    WATCHPARTY_RELAY_JWKS_URL     = "${local.site_url}/.well-known/jwks.json"
    WATCHPARTY_RELAY_ORIGINS      = local.site_url
    # Google's hops, as for the functions: the limit of new connections is per client
    WATCHPARTY_RELAY_TRUSTED_PROXIES = join(",", local.trusted_proxies)
  }
}

resource "google_cloud_run_v2_service" "relay" {
  count               = local.production ? 1 : 0
  name                = "watchparty-relay"
  location            = var.region
  labels              = local.labels
  ingress             = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  deletion_protection = false # it holds nothing

  template {
    service_account                  = google_service_account.relay[0].email
    timeout                          = "3600s" # a socket is one request; Cloud Run's maximum
    max_instance_request_concurrency = var.relay_scale.connections
    session_affinity                 = false
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      min_instance_count = var.relay_scale.least
      max_instance_count = var.relay_scale.most
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        network    = google_compute_network.main[0].id
        subnetwork = google_compute_subnetwork.run[0].id
      }
    }

    containers {
      name  = "relay"
      image = var.images.relay

      ports {
        container_port = 8080
      }

      resources {
        limits = {
          cpu    = "1"
          memory = "1Gi"
        }
        cpu_idle          = false # clocks keep running between messages
        startup_cpu_boost = true
      }

      # Waits for the way to Redis, which can take more than a minute for a new instance; the relay gives up after two.
      startup_probe {
        http_get {
          path = "/started"
        }
        period_seconds    = 1
        failure_threshold = 180
      }
      liveness_probe {
        http_get {
          path = "/health"
        }
        period_seconds    = 10
        failure_threshold = 3
      }

      dynamic "env" {
        for_each = local.relay_environment
        content {
          name  = env.key
          value = env.value
        }
      }
      env {
        name = "WATCHPARTY_RELAY_REDIS_URL"
        value_source {
          secret_key_ref {
            secret  = google_secret_manager_secret.redis_url[0].secret_id
            version = google_secret_manager_secret_version.redis_url[0].version
          }
        }
      }

      volume_mounts {
        name       = "redis-ca"
        mount_path = "/redis-ca"
      }
    }

    # Reads http://localhost:8080/metrics every 30 s, its default, and writes it to Managed Service for Prometheus (ADR 48).
    # https://docs.cloud.google.com/stackdriver/docs/managed-prometheus/cloudrun-sidecar
    containers {
      name       = "metrics"
      image      = "us-docker.pkg.dev/cloud-ops-agents-artifacts/cloud-run-gmp-sidecar/cloud-run-gmp-sidecar:1.2.0"
      depends_on = ["relay"]

      resources {
        limits = {
          cpu    = "0.25"
          memory = "256Mi"
        }
        cpu_idle = false
      }
    }

    volumes {
      name = "redis-ca"
      secret {
        secret = google_secret_manager_secret.redis_ca[0].secret_id
        items {
          version = google_secret_manager_secret_version.redis_ca[0].version
          path    = "ca.pem"
        }
      }
    }
  }

  depends_on = [
    google_project_iam_member.relay_writes_metrics,
    google_secret_manager_secret_iam_member.relay_reads,
  ]
}

# Open to everyone through the load balancer: the token in the first message authorises.
resource "google_cloud_run_v2_service_iam_member" "relay_is_public" {
  count    = local.production ? 1 : 0
  name     = google_cloud_run_v2_service.relay[0].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_secret_manager_secret_iam_member" "relay_reads" {
  for_each  = local.production ? { url = google_secret_manager_secret.redis_url[0].secret_id, ca = google_secret_manager_secret.redis_ca[0].secret_id } : {}
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.relay[0].member
}

resource "google_project_iam_member" "relay_writes_metrics" {
  count   = local.production ? 1 : 0
  project = var.project_id
  role    = "roles/monitoring.metricWriter"
  member  = google_service_account.relay[0].member
}
