# Secrets: Terraform creates them, and `make deploy` adds values that Terraform never sees (signing keys, Cloud CDN's keys,
# mail), so they are in no state. Redis' password is: the resource exports it. Viewers cannot read the state (ADR 51).

locals {
  # File under /keys → secret. Cloud Run mounts each secret as its own folder.
  key_files = {
    access = "access.json"
    join   = "join.json"
    notice = "notice.json"
    hash   = "hash.secret"
    public = "public.json" # the public keys of the three families (make deploy); in a secret because it is mounted like them
  }
  signing_keys = ["access", "join", "notice"]
}

resource "google_secret_manager_secret" "key" {
  for_each            = local.key_files
  secret_id           = "watchparty-${each.key}"
  labels              = local.labels
  deletion_protection = var.deletion_protection

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  # A reminder only: during a rotation two keys are valid at the same time (docs/operations.md). The hash secret is not
  # rotated, because every ban depends on it. The public keys follow the families.
  dynamic "rotation" {
    for_each = !contains(local.signing_keys, each.key) ? [] : [var.key_rotation_days]
    content {
      rotation_period    = "${rotation.value * 86400}s"
      next_rotation_time = timeadd(plantimestamp(), "${rotation.value * 24}h")
    }
  }
  dynamic "topics" {
    for_each = !contains(local.signing_keys, each.key) ? [] : [google_pubsub_topic.key_rotation.id]
    content {
      name = topics.value
    }
  }

  lifecycle {
    ignore_changes = [rotation[0].next_rotation_time] # Google advances it
  }
  depends_on = [google_pubsub_topic_iam_member.secrets_remind]
}

resource "google_secret_manager_secret" "cdn" {
  for_each  = local.production ? var.cdn_key_names : toset([])
  secret_id = "watchparty-cdn-${each.key}"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret" "smtp" {
  count     = var.mail_from == null ? 0 : 1
  secret_id = "watchparty-smtp"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
  depends_on = [google_project_service.api]
}

# Secret Manager reports every change of a secret here, and once per period that its rotation is due.
resource "google_pubsub_topic" "key_rotation" {
  #checkov:skip=CKV_GCP_83:It carries names of secrets, never a value
  name       = "watchparty-key-rotation"
  labels     = local.labels
  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic_iam_member" "secrets_remind" {
  topic  = google_pubsub_topic.key_rotation.name
  role   = "roles/pubsub.publisher"
  member = local.service_agents.secrets
}

# Reminders only. The alert key_rotation_due fires until they are acknowledged (docs/operations.md).
resource "google_pubsub_subscription" "key_rotation" {
  name                       = "watchparty-key-rotation"
  topic                      = google_pubsub_topic.key_rotation.id
  labels                     = local.labels
  filter                     = "attributes.eventType = \"SECRET_ROTATE\""
  message_retention_duration = "2678400s" # Google's maximum, a month
  ack_deadline_seconds       = 60

  expiration_policy {
    ttl = "" # never
  }
}
