# production: Redis, which holds the rooms. Only the relays reach it. It never evicts a key: losing a room with people in it
# is worse than refusing to open one (alert redis_memory).

resource "google_redis_instance" "rooms" {
  count                   = local.production ? 1 : 0
  name                    = "watchparty-rooms"
  region                  = var.region
  labels                  = local.labels
  tier                    = var.redis.tier
  memory_size_gb          = var.redis.memory_gb
  redis_version           = "REDIS_7_2"
  authorized_network      = google_compute_network.main[0].id
  connect_mode            = "DIRECT_PEERING"
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"

  redis_configs = {
    maxmemory-policy = "noeviction"
  }

  maintenance_policy {
    weekly_maintenance_window {
      day = "TUESDAY"
      start_time {
        hours   = 5
        minutes = 0
        nanos   = 0
        seconds = 0
      }
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret" "redis_url" {
  count     = local.production ? 1 : 0
  secret_id = "watchparty-redis-url"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
  depends_on = [google_project_service.api]
}

# The instance's own authority signs the certificate, which names no host, so clients check the authority.
resource "google_secret_manager_secret_version" "redis_url" {
  count       = local.production ? 1 : 0
  secret      = google_secret_manager_secret.redis_url[0].id
  secret_data = "rediss://:${google_redis_instance.rooms[0].auth_string}@${google_redis_instance.rooms[0].host}:${google_redis_instance.rooms[0].port}/0?ssl_ca_certs=/redis-ca/ca.pem&ssl_check_hostname=false"
}

resource "google_secret_manager_secret" "redis_ca" {
  count     = local.production ? 1 : 0
  secret_id = "watchparty-redis-ca"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_version" "redis_ca" {
  count       = local.production ? 1 : 0
  secret      = google_secret_manager_secret.redis_ca[0].id
  secret_data = join("\n", google_redis_instance.rooms[0].server_ca_certs[*].cert)
}
