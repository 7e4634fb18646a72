# Logs contain IP addresses, so they are kept for var.log_days. Changes to the project itself are kept for 400 days, in a
# separate bucket.

resource "google_logging_project_bucket_config" "default" {
  project        = var.project_id
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_days
}

# Google logs each request with its URL. A room's URL lets people into the room, and the URL of a film's file contains a
# grant. Failures of these requests are in the functions' own logs, by request and trace.
resource "google_logging_project_exclusion" "addresses_that_let_in" {
  name        = "watchparty-addresses-that-let-in"
  description = "Requests whose URL opens a room or a film."
  filter      = "(log_id(\"run.googleapis.com/requests\") OR log_id(\"requests\")) AND httpRequest.requestUrl=~\"/(r|api/v1/rooms)/|/hls/\""
  depends_on  = [google_project_service.api]
}

# Cloud Run already logs requests to its services; this exclusion avoids paying for the load balancer's copy.
resource "google_logging_project_exclusion" "answered_by_a_service" {
  count       = local.production ? 1 : 0
  name        = "watchparty-answered-by-a-service"
  description = "The load balancer's lines for requests that a service answered without an error."
  filter      = "log_id(\"requests\") AND resource.type=\"http_load_balancer\" AND resource.labels.backend_service_name=~\"^watchparty-\" AND httpRequest.status<400"
  depends_on  = [google_project_service.api]
}

resource "google_logging_project_bucket_config" "security" {
  project        = var.project_id
  location       = var.region
  bucket_id      = "watchparty-security"
  description    = "Changes to the project, and requests that Cloud Armor rejected."
  retention_days = 400
}

resource "google_logging_project_sink" "security" {
  name                   = "watchparty-security"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.security.id}"
  filter                 = "log_id(\"cloudaudit.googleapis.com/activity\") OR jsonPayload.enforcedSecurityPolicy.outcome=\"DENY\""
  unique_writer_identity = true # a log bucket in the same project needs no grant
}
