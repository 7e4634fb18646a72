# production: which backend serves which path. A test compares it with every route in docs/contracts/openapi.json.

locals {
  # Backend → paths; the longest path wins. Every other path is a page of the site.
  service_paths = {
    auth = [
      "/api/*", "/health", "/ready", "/.well-known/jwks.json",
    ]
    rooms = [
      "/api/v1/rooms", "/api/v1/rooms/*", "/r/*",
    ]
    videos = [
      "/api/v1/videos", "/api/v1/videos/*",
    ]
    relay = ["/ws"]
  }
  # Built assets have a hash in their name: a missing one is a 404, not the page.
  bucket_paths = {
    media = ["/media/*"]
    site  = ["/assets/*", "/api/v1/openapi.json"]
  }
}

resource "google_compute_url_map" "site" {
  count           = local.production ? 1 : 0
  name            = "watchparty"
  default_service = google_compute_backend_bucket.site[0].id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "site"
  }

  path_matcher {
    name            = "site"
    default_service = google_compute_backend_bucket.site[0].id

    dynamic "path_rule" {
      for_each = local.service_paths
      content {
        paths   = path_rule.value
        service = google_compute_backend_service.run[path_rule.key].id
      }
    }

    dynamic "path_rule" {
      for_each = local.bucket_paths
      content {
        paths   = path_rule.value
        service = path_rule.key == "media" ? google_compute_backend_bucket.media[0].id : google_compute_backend_bucket.site[0].id
      }
    }

    # Every other path is a route of the page: the bucket has no file of that name, and the answer is the page.
    path_rule {
      paths   = ["/*"]
      service = google_compute_backend_bucket.site[0].id
      custom_error_response_policy {
        error_service = google_compute_backend_bucket.site[0].id
        error_response_rule {
          # The public may read but not list, so a missing file is a 403.
          match_response_codes   = ["403", "404"]
          path                   = "/index.html"
          override_response_code = 200
        }
      }
    }
  }

  # Google refuses a map that routes these elsewhere.
  dynamic "test" {
    for_each = {
      "/ws"                  = google_compute_backend_service.run["relay"].id
      "/api/v1/rooms/x/join" = google_compute_backend_service.run["rooms"].id
      "/api/v1/videos"       = google_compute_backend_service.run["videos"].id
      "/api/v1/auth/me"      = google_compute_backend_service.run["auth"].id
      "/media/v/1/a.m4s"     = google_compute_backend_bucket.media[0].id
      "/library"             = google_compute_backend_bucket.site[0].id
    }
    content {
      host    = var.domain
      path    = test.key
      service = test.value
    }
  }
}

# ---- the backend services

locals {
  run_backends = local.production ? merge(
    { for name in keys(local.http_functions) : name => google_cloudfunctions2_function.function[name].name },
    { relay = google_cloud_run_v2_service.relay[0].name },
  ) : {}
}

resource "google_compute_region_network_endpoint_group" "run" {
  for_each              = local.run_backends
  name                  = "watchparty-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.value
  }
}

resource "google_compute_backend_service" "run" {
  for_each              = local.run_backends
  name                  = "watchparty-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.site[0].id

  backend {
    group = google_compute_region_network_endpoint_group.run[each.key].id
  }

  log_config {
    enable      = true
    sample_rate = 0.1 # functions log their own requests; this log is for requests that never reached one
  }
}
