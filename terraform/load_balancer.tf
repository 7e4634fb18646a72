# production: the single entry point. The whole site has one origin, so cookies are first-party and CORS is not needed.

resource "google_compute_global_address" "site" {
  count      = local.production ? 1 : 0
  name       = "watchparty"
  depends_on = [google_project_service.api]
}

resource "google_compute_managed_ssl_certificate" "site" {
  count = local.production ? 1 : 0
  name  = "watchparty-${substr(sha256(var.domain), 0, 8)}" # a certificate cannot be changed, only replaced

  managed {
    domains = [var.domain]
  }
  lifecycle {
    create_before_destroy = true
  }
  depends_on = [google_project_service.api]
}

resource "google_compute_ssl_policy" "site" {
  count           = local.production ? 1 : 0
  name            = "watchparty"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
  depends_on      = [google_project_service.api]
}

resource "google_compute_target_https_proxy" "site" {
  count            = local.production ? 1 : 0
  name             = "watchparty"
  url_map          = google_compute_url_map.site[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.site[0].id]
  ssl_policy       = google_compute_ssl_policy.site[0].id
}

resource "google_compute_global_forwarding_rule" "https" {
  count                 = local.production ? 1 : 0
  name                  = "watchparty-https"
  target                = google_compute_target_https_proxy.site[0].id
  ip_address            = google_compute_global_address.site[0].address
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}

# ---- plain HTTP only redirects

resource "google_compute_url_map" "http" {
  count = local.production ? 1 : 0
  name  = "watchparty-http"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
  depends_on = [google_project_service.api]
}

resource "google_compute_target_http_proxy" "http" {
  count   = local.production ? 1 : 0
  name    = "watchparty-http"
  url_map = google_compute_url_map.http[0].id
}

resource "google_compute_global_forwarding_rule" "http" {
  count                 = local.production ? 1 : 0
  name                  = "watchparty-http"
  target                = google_compute_target_http_proxy.http[0].id
  ip_address            = google_compute_global_address.site[0].address
  port_range            = "80"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
