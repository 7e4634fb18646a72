# The database: accounts, rooms, members, films. Only the functions use it.

resource "google_firestore_database" "main" {
  name                              = var.database
  location_id                       = coalesce(var.location, var.region)
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.deletion_protection ? "ABANDON" : "DELETE"
  point_in_time_recovery_enablement = local.production ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  depends_on                        = [google_project_service.api]
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.main.name
  retention = "604800s" # 7 days
  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  count     = local.production ? 1 : 0
  database  = google_firestore_database.main.name
  retention = "8467200s" # 14 weeks, Google's maximum
  weekly_recurrence {
    day = "SUNDAY"
  }
}

# `make contracts` generates the file from the queries that the functions declare
# (functions/watchparty_api/store/queries.py); a test compares the two.
locals {
  firestore = jsondecode(file("${path.module}/firestore.json"))
}

resource "google_firestore_index" "query" {
  for_each   = local.firestore.indexes
  database   = google_firestore_database.main.name
  collection = each.value.collection

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path = fields.value.path
      order      = fields.value.order
    }
  }
}

# Firestore deletes documents within a day of their expiry date; readers ignore expired documents before that.
resource "google_firestore_field" "expiry" {
  for_each   = local.firestore.expiries
  database   = google_firestore_database.main.name
  collection = each.value.collection
  field      = each.value.field
  ttl_config {}
  index_config {} # Firestore needs no index for this; see `exempt`
}

# Fields without an index of their own. Firestore accepts 500 writes per second into an index of growing values, such as
# dates, and no query needs these.
resource "google_firestore_field" "exempt" {
  for_each   = local.firestore.exemptions
  database   = google_firestore_database.main.name
  collection = each.value.collection
  field      = each.value.field
  index_config {}
}
