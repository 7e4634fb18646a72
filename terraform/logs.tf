# Logs hold addresses of people, so they live for var.log_days. What was done to the project itself is kept longer,
# where nobody can shorten it by accident.

resource "google_logging_project_bucket_config" "default" {
  project        = var.project_id
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_days
}

resource "google_logging_project_bucket_config" "security" {
  project        = var.project_id
  location       = var.region
  bucket_id      = "watchparty-security"
  description    = "Who changed the project, and what Cloud Armor turned away."
  retention_days = 400
}

resource "google_logging_project_sink" "security" {
  name                   = "watchparty-security"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.security.id}"
  filter                 = "log_id(\"cloudaudit.googleapis.com/activity\") OR jsonPayload.enforcedSecurityPolicy.outcome=\"DENY\""
  unique_writer_identity = true # into a bucket of the same project Google writes by itself: there is nobody to grant it to
}
