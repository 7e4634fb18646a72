# production: films and the page from the edge. Films need a signed cookie: only Cloud CDN can read the bucket, and it does
# so only for requests with a valid signature.

locals {
  # Seconds for which Cloud CDN keeps a signed response, whatever its Cache-Control says: segments never change, and a
  # playlist grows while its film is being prepared.
  media_backends = local.production ? { media = 86400, playlists = 1 } : {}
}

resource "google_compute_backend_bucket" "media" {
  for_each    = local.media_backends
  name        = "watchparty-${each.key}"
  bucket_name = google_storage_bucket.media.name
  enable_cdn  = true
  # Applies ahead of the cache, so cached segments are blocked as well. Empty and not null: the provider takes null for
  # "as it is", and the policy would stay attached for ever.
  edge_security_policy = try(google_compute_security_policy.no_films[0].id, google_compute_security_policy.films[0].id, "")

  cdn_policy {
    cache_mode                   = "USE_ORIGIN_HEADERS"
    signed_url_cache_max_age_sec = each.value
    request_coalescing           = true # everyone in a room requests the same segment at the same moment
    negative_caching             = false
  }
  custom_response_headers = ["X-Content-Type-Options: nosniff", "Cross-Origin-Resource-Policy: same-origin"]
}

resource "google_compute_security_policy" "no_films" {
  count = local.production && !var.serve_films ? 1 : 0
  name  = "watchparty-no-films"
  type  = "CLOUD_ARMOR_EDGE"

  rule {
    action      = "deny(403)"
    priority    = 2147483647
    description = "serve_films = false"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
  # Detached from the backends before it is destroyed: Google refuses to delete a policy that is in use.
  lifecycle {
    create_before_destroy = true
  }
  depends_on = [google_project_service.api]
}

# The keys are not here: Terraform would keep their values in its state. deploy/cdn.py adds them to these backends (ADR 51).
# A site that was deployed before keeps its keys; Terraform only forgets them.
removed {
  from = google_compute_backend_bucket_signed_url_key.media

  lifecycle {
    destroy = false
  }
}

# The service agent exists since the first key was added, which is before this (deploy/__main__.py).
resource "google_storage_bucket_iam_member" "cdn_fills_from_media" {
  count  = local.production ? 1 : 0
  bucket = google_storage_bucket.media.name
  role   = "roles/storage.objectViewer"
  member = local.service_agents.cdn
}

resource "google_compute_backend_bucket" "site" {
  count            = local.production ? 1 : 0
  name             = "watchparty-site"
  bucket_name      = google_storage_bucket.site[0].name
  enable_cdn       = true
  compression_mode = "AUTOMATIC"

  cdn_policy {
    cache_mode       = "USE_ORIGIN_HEADERS" # as `make deploy` uploads it: assets for a year, pages never
    negative_caching = false
  }

  # The headers that the standalone server sends with the page (standalone/watchparty/site.py); a test compares them.
  custom_response_headers = [
    "Content-Security-Policy: default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: data: http: https:; connect-src 'self' ws: wss: http: https:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy: same-origin",
    "X-Content-Type-Options: nosniff",
    "Strict-Transport-Security: max-age=31536000",
  ]
}
