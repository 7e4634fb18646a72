# production: which backend serves which path. A test compares it with every route in docs/contracts/openapi.json.

locals {
  # The first route that matches answers. `page`: a path that has no object there is a route of the page.
  routes = [
    { backend = "relay", exact = ["/ws"] },
    # Playlists grow, and Cloud CDN keeps signed responses for as long as their backend says, whatever their Cache-Control.
    { backend = "playlists", template = ["/media/**.m3u8"] },
    { backend = "media", prefix = ["/media/"] },
    # Built files have a hash in their names: one that is missing must be 404, not the page.
    { backend = "site", prefix = ["/assets/"], exact = ["/api/v1/openapi.json"] },
    { backend = "rooms", prefix = ["/api/v1/rooms/", "/r/"], exact = ["/api/v1/rooms"] },
    { backend = "videos", prefix = ["/api/v1/videos/"], exact = ["/api/v1/videos"] },
    { backend = "auth", prefix = ["/api/"], exact = ["/health", "/ready", "/.well-known/jwks.json"] },
    # The uptime checks reach each service (alerts.tf).
    { backend = "auth", prefix = ["/ready/auth"], rewrite = "/ready" },
    { backend = "rooms", prefix = ["/ready/rooms"], rewrite = "/ready" },
    { backend = "videos", prefix = ["/ready/videos"], rewrite = "/ready" },
    { backend = "relay", prefix = ["/ready/relay"], rewrite = "/ready" },
    { backend = "site", prefix = ["/"], page = true },
  ]
  backends = local.production ? merge(
    { for name, service in google_compute_backend_service.run : name => service.id },
    { for name, bucket in google_compute_backend_bucket.media : name => bucket.id },
    { site = google_compute_backend_bucket.site[0].id },
  ) : {}
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

    dynamic "route_rules" {
      for_each = local.routes
      content {
        priority = 10 * (route_rules.key + 1)
        service  = local.backends[route_rules.value.backend]

        dynamic "match_rules" {
          for_each = lookup(route_rules.value, "exact", [])
          content {
            full_path_match = match_rules.value
          }
        }
        dynamic "match_rules" {
          for_each = lookup(route_rules.value, "prefix", [])
          content {
            prefix_match = match_rules.value
          }
        }
        dynamic "match_rules" {
          for_each = lookup(route_rules.value, "template", [])
          content {
            path_template_match = match_rules.value
          }
        }

        dynamic "route_action" {
          for_each = lookup(route_rules.value, "rewrite", null)[*]
          content {
            url_rewrite {
              path_prefix_rewrite = route_action.value
            }
          }
        }

        dynamic "custom_error_response_policy" {
          for_each = lookup(route_rules.value, "page", false) ? [google_compute_backend_bucket.site[0].id] : []
          content {
            error_service = custom_error_response_policy.value
            error_response_rule {
              # The public may read but not list, so a missing file is a 403.
              match_response_codes   = ["403", "404"]
              path                   = "/index.html"
              override_response_code = 200
            }
          }
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
      "/media/v/1/a.m4s"     = google_compute_backend_bucket.media["media"].id
      "/media/v/1/a/b.m3u8"  = google_compute_backend_bucket.media["playlists"].id
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
    { for name in keys(local.http_functions) : name => google_cloud_run_v2_service.function[name].name },
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
    sample_rate = 1 # less would lose requests that Cloud Armor refused; logs.tf drops those that a service answered
  }
}
