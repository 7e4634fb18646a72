# Logs hold addresses of people, so they live for var.log_days. What was done to the project itself is kept longer,
# where nobody can shorten it by accident.

resource "google_logging_project_bucket_config" "default" {
  project        = var.project_id
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_days
}

# Google writes a line for each request, with its address; and the address of a room is what lets people into it, that
# of a film's file holds a grant. What failed there, the functions' own lines say, by request and trace.
resource "google_logging_project_exclusion" "addresses_that_let_in" {
  name        = "watchparty-addresses-that-let-in"
  description = "Requests whose address opens a room or a film."
  filter      = "(log_id(\"run.googleapis.com/requests\") OR log_id(\"requests\")) AND httpRequest.requestUrl=~\"/(r|api/v1/rooms)/|/hls/\""
  depends_on  = [google_project_service.api]
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
