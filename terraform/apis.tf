# The Google Cloud APIs that are enabled. Destroy does not disable them: something else may use them.

locals {
  apis = toset(concat(
    [
      "artifactregistry", "cloudbuild", "cloudscheduler", "eventarc", "firestore", "iam",
      "iamcredentials", "logging", "monitoring", "pubsub", "run", "secretmanager", "storage",
    ],
    local.production ? ["certificatemanager", "compute", "dns", "redis"] : [],
    var.identity == "identity_platform" ? ["identitytoolkit"] : [],
    local.google_traces ? ["telemetry"] : [],
    var.budget == null ? [] : ["billingbudgets"],
    var.github_repository_id == null ? [] : ["sts"],
  ))
}

resource "google_project_service" "api" {
  for_each           = local.apis
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}
