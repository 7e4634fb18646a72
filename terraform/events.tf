# Events: from the transcoder and the relays, the ticks of `sweep`, and the bucket's notification of a complete upload.
# Each topic has one push subscription that retries. All share one dead-letter topic for messages that keep failing.

locals {
  topics = merge(
    {
      transcode-events   = { function = "on_transcode", publisher = "transcoder" }
      webhook-deliveries = { function = "on_delivery", publisher = null } # published by the functions: functions.tf
      sweep              = { function = "sweep", publisher = null }       # Cloud Scheduler's service agent may publish
    },
    local.stops_films ? { budget = { function = "on_budget", publisher = null } } : {}, # Cloud Billing publishes: budget.tf
    local.hobby ? {} : {
      room-events = { function = "on_room_event", publisher = "relay" }
    },
  )
  publishers = merge(
    { transcoder = google_service_account.transcoder.member },
    local.hobby ? {} : { relay = google_service_account.relay[0].member },
  )
}

resource "google_pubsub_topic" "event" {
  #checkov:skip=CKV_GCP_83:Google's encryption at rest is enough for identifiers; our own key could be lost
  for_each                   = local.topics
  name                       = "watchparty-${each.key}"
  labels                     = local.labels
  message_retention_duration = "86400s"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic_iam_member" "event_publisher" {
  for_each = { for name, each in local.topics : name => each.publisher if each.publisher != null }
  topic    = google_pubsub_topic.event[each.key].name
  role     = "roles/pubsub.publisher"
  member   = local.publishers[each.value]
}

resource "google_pubsub_subscription" "event" {
  for_each                   = local.topics
  name                       = "watchparty-${each.key}"
  topic                      = google_pubsub_topic.event[each.key].id
  labels                     = local.labels
  ack_deadline_seconds       = 300
  message_retention_duration = each.key == "sweep" ? "600s" : "604800s" # the next run makes up for a missed one

  expiration_policy {
    ttl = "" # never
  }

  push_config {
    # functions-framework reads the topic of a message from the path.
    push_endpoint = "${google_cloud_run_v2_service.function[each.value.function].uri}/${google_pubsub_topic.event[each.key].id}"
    oidc_token {
      service_account_email = google_service_account.pusher.email
      audience              = google_cloud_run_v2_service.function[each.value.function].uri
    }
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letter.id
    max_delivery_attempts = each.key == "sweep" ? 5 : 50
  }

  depends_on = [google_pubsub_topic_iam_member.dead_letter_publisher]
}

# ---- dead letters: one topic, and a subscription that keeps them for a month

resource "google_pubsub_topic" "dead_letter" {
  #checkov:skip=CKV_GCP_83:Google's encryption at rest is enough for identifiers; our own key could be lost
  name       = "watchparty-dead-letters"
  labels     = local.labels
  depends_on = [google_project_service.api]
}

resource "google_pubsub_subscription" "dead_letter" {
  name                       = "watchparty-dead-letters"
  topic                      = google_pubsub_topic.dead_letter.id
  labels                     = local.labels
  message_retention_duration = "2678400s"
  ack_deadline_seconds       = 60

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "dead_letter_publisher" {
  topic  = google_pubsub_topic.dead_letter.name
  role   = "roles/pubsub.publisher"
  member = local.service_agents.pubsub
}

# Pub/Sub must be able to acknowledge a message before it moves it to the dead letters.
resource "google_pubsub_subscription_iam_member" "dead_letter_taker" {
  for_each     = local.topics
  subscription = google_pubsub_subscription.event[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local.service_agents.pubsub
}

# ---- the caller of the event functions

resource "google_service_account" "pusher" {
  account_id   = "watchparty-pusher"
  display_name = "WatchParty: calls the event functions"
  depends_on   = [google_project_service.api]
}

# Granted by default in projects created since April 2021, but not in older ones.
resource "google_service_account_iam_member" "pubsub_signs_as_pusher" {
  service_account_id = google_service_account.pusher.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.service_agents.pubsub
}

resource "google_cloud_run_v2_service_iam_member" "pusher_calls_function" {
  for_each = local.event_functions
  name     = google_cloud_run_v2_service.function[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.pusher.member
}

# ---- the bucket

resource "google_eventarc_trigger" "upload_finalized" {
  name            = "watchparty-upload-finalized"
  location        = var.region # must be the bucket's
  labels          = local.labels
  service_account = google_service_account.pusher.email

  matching_criteria {
    attribute = "type"
    value     = "google.cloud.storage.object.v1.finalized"
  }
  matching_criteria {
    attribute = "bucket"
    value     = google_storage_bucket.uploads.name
  }

  destination {
    cloud_run_service {
      service = google_cloud_run_v2_service.function["on_upload"].name
      region  = var.region
    }
  }

  depends_on = [
    google_project_iam_member.pusher_receives_events,
    google_project_iam_member.storage_publishes_events,
    google_cloud_run_v2_service_iam_member.pusher_calls_function,
  ]
}

resource "google_project_iam_member" "pusher_receives_events" {
  project = var.project_id
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.pusher.member
}

# Eventarc creates the bucket's topic itself, so this grant cannot be narrower than the project.
resource "google_project_iam_member" "storage_publishes_events" {
  project = var.project_id
  role    = "roles/pubsub.publisher"
  member  = local.service_agents.storage
}

# ---- the schedule of `sweep`

resource "google_cloud_scheduler_job" "sweep" {
  name        = "watchparty-sweep"
  description = "Redelivers messages, restarts stuck films, deletes expired data."
  region      = var.region
  schedule    = local.production ? "* * * * *" : "*/5 * * * *"

  pubsub_target {
    topic_name = google_pubsub_topic.event["sweep"].id
    data       = base64encode("{}")
  }
  depends_on = [google_project_service.api]
}
