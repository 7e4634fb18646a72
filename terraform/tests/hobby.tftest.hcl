# Profile hobby on a schema-only provider: what is created, what is not, and permissions.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_storage_project_service_account" {
    defaults = { email_address = "storage@agents.example" }
  }
  # Each value is named after its resource, so that a wrong reference is visible.
  mock_resource "google_cloud_run_v2_job" {
    defaults = { id = "projects/demo-watchparty/locations/europe-west1/jobs/watchparty-transcoder" }
  }
}

variables {
  project_id  = "demo-watchparty"
  profile     = "hobby"
  alert_email = "you@example.org"
  images = {
    functions  = "europe-west1-docker.pkg.dev/demo-watchparty/watchparty/functions@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    standalone = "europe-west1-docker.pkg.dev/demo-watchparty/watchparty/standalone@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    transcoder = "europe-west1-docker.pkg.dev/demo-watchparty/watchparty/transcoder@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }
}

run "least" {
  command = apply

  assert {
    condition     = output.site_url == "https://watchparty-123456789012.europe-west1.run.app"
    error_message = "Without a domain the site is Cloud Run's own address."
  }
  assert {
    condition     = google_cloud_run_v2_service.standalone[0].template[0].scaling[0].max_instance_count == 1
    error_message = "Rooms are in the process's memory, so there must never be two instances."
  }
  assert {
    condition     = google_cloud_run_v2_service.standalone[0].template[0].containers[0].resources[0].cpu_idle && google_cloud_run_v2_service.standalone[0].template[0].scaling[0].min_instance_count == 0
    error_message = "The checks of site_down keep an instance alive, so only the time of requests may be billed."
  }
  assert {
    condition     = google_cloud_run_v2_service.standalone[0].template[0].timeout == "3600s"
    error_message = "A socket is one request, so it needs the maximum timeout."
  }
  assert {
    condition     = google_cloud_run_v2_service.standalone[0].deletion_protection && google_firestore_database.main.delete_protection_state == "DELETE_PROTECTION_ENABLED" && !google_storage_bucket.uploads.force_destroy && !google_storage_bucket.media.force_destroy
    error_message = "Resources with data are protected by default."
  }
  assert {
    condition     = length(google_redis_instance.rooms) + length(google_cloud_run_v2_service.relay) + length(google_compute_url_map.site) + length(google_compute_network.main) + length(google_storage_bucket.site) == 0
    error_message = "Nothing costs money while no one watches."
  }
  assert {
    condition     = keys(google_cloud_run_v2_service.function) == ["on_delivery", "on_transcode", "on_upload", "sweep"]
    error_message = "Events are functions here too; page, API and relay are the service."
  }
  assert {
    condition     = alltrue([for function in google_cloud_run_v2_service.function : function.ingress == "INGRESS_TRAFFIC_INTERNAL_ONLY"])
    error_message = "Event functions accept no calls from outside."
  }
  assert {
    condition     = google_storage_bucket.uploads.public_access_prevention == "enforced" && google_storage_bucket.media.public_access_prevention == "enforced" && google_storage_bucket.source.public_access_prevention == "enforced"
    error_message = "No bucket can be made public."
  }
}

run "budget_stops_films" {
  command = apply
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", amount = 20, stop_films_at = 1 }
  }

  assert {
    condition     = contains(keys(google_cloud_run_v2_service.function), "on_budget") && length(google_compute_security_policy.films) == 0 && output.films_policy == "" && contains([for each in google_cloud_run_v2_service.standalone[0].template[0].containers[0].env : "${each.name}=${each.value}"], "WATCHPARTY_STOP_FILMS_AT=1")
    error_message = "Without a load balancer the site itself refuses films."
  }
}
