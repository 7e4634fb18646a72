# Four buckets. Originals and prepared films are separate, because bucket events cannot be filtered by prefix; neither can
# ever be made public. Only the site bucket is public, and it holds nothing but the built page.

resource "google_storage_bucket" "uploads" {
  #checkov:skip=CKV_GCP_62:Access is in Cloud Audit Logs and the load balancer's log; a second log of addresses is more data to protect
  #checkov:skip=CKV_GCP_78:Films are written once under unique names; soft delete restores deleted objects, and versions would keep what people asked to be deleted
  name                        = "${local.bucket_prefix}-uploads"
  location                    = var.region
  labels                      = local.labels
  force_destroy               = !var.deletion_protection
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  # Browsers upload the film directly to the bucket, through a signed URL.
  cors {
    origin          = [local.site_url]
    method          = ["POST", "PUT", "DELETE"]
    response_header = ["Content-Type", "Location", "Range", "x-goog-resumable", "x-goog-content-length-range", "x-goog-if-generation-match"]
    max_age_seconds = 3600
  }

  lifecycle_rule {
    condition {
      age = var.original_days
    }
    action {
      type = "Delete"
    }
  }

  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket" "media" {
  #checkov:skip=CKV_GCP_62:Access is in Cloud Audit Logs and the load balancer's log; a second log of addresses is more data to protect
  #checkov:skip=CKV_GCP_78:Films are written once under unique names; soft delete restores deleted objects, and versions would keep what people asked to be deleted
  name                        = "${local.bucket_prefix}-media"
  location                    = var.region
  labels                      = local.labels
  force_destroy               = !var.deletion_protection
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  # hobby: the site redirects browsers here for segments, through a URL valid for a minute.
  cors {
    origin          = [local.site_url]
    method          = ["GET", "HEAD"]
    response_header = ["Content-Type", "Content-Length", "Content-Range", "Accept-Ranges"]
    max_age_seconds = 3600
  }

  dynamic "lifecycle_rule" {
    for_each = var.media_days == 0 ? [] : [var.media_days]
    content {
      condition {
        age = lifecycle_rule.value
      }
      action {
        type = "Delete"
      }
    }
  }

  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  depends_on = [google_project_service.api]
}

# production: the built page. hobby serves it from its image.
resource "google_storage_bucket" "site" {
  count                       = local.production ? 1 : 0
  name                        = "${local.bucket_prefix}-site"
  location                    = var.region
  labels                      = local.labels
  force_destroy               = true # every deployment uploads it again
  uniform_bucket_level_access = true

  website {
    main_page_suffix = "index.html"
  }

  # Assets of earlier builds stay, because a page opened before a deployment still requests them; their names are unique.
  versioning {
    enabled = false
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "site_is_public" {
  count  = local.production ? 1 : 0
  bucket = google_storage_bucket.site[0].name
  role   = "roles/storage.legacyObjectReader" # read an object, list nothing
  member = "allUsers"
}

# Where gcloud stages the sources from which Cloud Build builds.
resource "google_storage_bucket" "source" {
  #checkov:skip=CKV_GCP_62:It holds the content of the repository, and only builds read it
  name                        = "${local.bucket_prefix}-source"
  location                    = var.region
  labels                      = local.labels
  force_destroy               = true # can be recreated from the repository at any time
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  lifecycle_rule {
    condition {
      num_newer_versions = 1
      age                = 90
    }
    action {
      type = "Delete"
    }
  }

  versioning {
    enabled = true
  }

  depends_on = [google_project_service.api]
}
