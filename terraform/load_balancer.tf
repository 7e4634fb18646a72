# production: the single entry point. The whole site has one origin, so cookies are first-party and CORS is not needed.

locals {
  address_versions = local.production ? { v4 = "IPV4", v6 = "IPV6" } : {}
  # One forwarding rule per address and port.
  forwarded = { for pair in setproduct(keys(local.address_versions), ["https", "http"]) :
    pair[0] == "v4" ? pair[1] : "${pair[1]}-${pair[0]}" => { address = pair[0], https = pair[1] == "https" }
  }
}

resource "google_compute_global_address" "site" {
  for_each   = local.address_versions
  name       = each.key == "v4" ? "watchparty" : "watchparty-${each.key}"
  ip_version = each.value
  depends_on = [google_project_service.api]
}
moved {
  from = google_compute_global_address.site[0]
  to   = google_compute_global_address.site["v4"]
}

# ---- the certificate, by one of two ways. The load balancer's own is issued once the domain's records lead here. The one of
# Certificate Manager is issued as soon as the record of the authorisation exists, so before a domain moves here (ADR 49).

resource "google_compute_managed_ssl_certificate" "site" {
  count = local.production && !var.certificate_by_dns ? 1 : 0
  name  = "watchparty-${substr(sha256(var.domain), 0, 8)}" # a certificate cannot be changed, only replaced

  managed {
    domains = [var.domain]
  }
  lifecycle {
    create_before_destroy = true # the proxy lets go of it first
  }
  depends_on = [google_project_service.api]
}

resource "google_certificate_manager_dns_authorization" "site" {
  count      = local.production ? 1 : 0
  name       = "watchparty-${substr(sha256(var.domain), 0, 8)}"
  domain     = var.domain
  labels     = local.labels
  depends_on = [google_project_service.api]
}

resource "google_certificate_manager_certificate" "site" {
  count  = local.production ? 1 : 0
  name   = "watchparty-${substr(sha256(var.domain), 0, 8)}"
  labels = local.labels

  managed {
    domains            = [var.domain]
    dns_authorizations = [google_certificate_manager_dns_authorization.site[0].id]
  }
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_certificate_manager_certificate_map" "site" {
  count      = local.production ? 1 : 0
  name       = "watchparty"
  labels     = local.labels
  depends_on = [google_project_service.api]
}

resource "google_certificate_manager_certificate_map_entry" "site" {
  count        = local.production ? 1 : 0
  name         = "watchparty-${substr(sha256(var.domain), 0, 8)}"
  map          = google_certificate_manager_certificate_map.site[0].name
  hostname     = var.domain
  certificates = [google_certificate_manager_certificate.site[0].id]
  labels       = local.labels
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
  ssl_certificates = google_compute_managed_ssl_certificate.site[*].id
  certificate_map  = var.certificate_by_dns ? "//certificatemanager.googleapis.com/${google_certificate_manager_certificate_map.site[0].id}" : null
  ssl_policy       = google_compute_ssl_policy.site[0].id
  quic_override    = "ENABLE" # HTTP/3, announced by Alt-Svc; sockets stay on HTTP/1.1

  depends_on = [google_certificate_manager_certificate_map_entry.site]
}

resource "google_compute_global_forwarding_rule" "site" {
  for_each              = local.forwarded
  name                  = "watchparty-${each.key}"
  target                = each.value.https ? google_compute_target_https_proxy.site[0].id : google_compute_target_http_proxy.http[0].id
  ip_address            = google_compute_global_address.site[each.value.address].address
  port_range            = each.value.https ? "443" : "80"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
moved {
  from = google_compute_global_forwarding_rule.https[0]
  to   = google_compute_global_forwarding_rule.site["https"]
}
moved {
  from = google_compute_global_forwarding_rule.http[0]
  to   = google_compute_global_forwarding_rule.site["http"]
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
