# The functions: one table of their properties and permissions, one resource that creates them, one service account each.

locals {
  # may: keys of local.grants. holds: the secrets that it reads; each of them also reads the public keys. A function that
  # does not hold a signing key can verify its tokens but sign none. Only its subscription or trigger can call an event function.
  function_table = merge(
    {
      on_upload    = { http = false, memory = "512Mi", timeout_s = 120, may = ["uploads", "launch"], holds = [] }
      on_transcode = { http = false, memory = "512Mi", timeout_s = 120, may = ["launch"], holds = ["notice"] }
      on_delivery  = { http = false, memory = "512Mi", timeout_s = 120, may = [], holds = ["hash"] }
      sweep        = { http = false, memory = "512Mi", timeout_s = 300, may = ["uploads", "media", "launch"], holds = ["notice", "hash"] }
    },
    local.stops_films ? {
      on_budget = { http = false, memory = "512Mi", timeout_s = 300, may = [], holds = [] }
    } : {},
    local.hobby ? {} : {
      auth          = { http = true, memory = "512Mi", timeout_s = 60, may = ["uploads", "media", "launch"], holds = ["access", "notice", "hash", "smtp"] }
      rooms         = { http = true, memory = "512Mi", timeout_s = 60, may = ["media_read"], holds = ["join", "notice", "hash", "cdn", "smtp"] }
      videos        = { http = true, memory = "512Mi", timeout_s = 60, may = ["uploads", "media", "launch", "sign"], holds = ["notice", "hash", "cdn"] }
      on_room_event = { http = false, memory = "512Mi", timeout_s = 120, may = [], holds = ["notice"] }
    },
  )
  # `make rollback` to a deployment without public keys brings back functions that read every key.
  reads_every_key = length(var.key_versions) > 0 && !contains(keys(var.key_versions), "public")
  functions = { for name, each in local.function_table : name =>
    merge(each, { holds = local.reads_every_key ? tolist(["access", "join", "notice", "hash", "cdn", "smtp"]) : tolist(each.holds) })
  }
  # What one instance runs at once. More would wait inside it, where no other instance can take them.
  # HTTP: functions-framework serves ASGI with one worker, whose synchronous handlers share AnyIO's 40 threads.
  # Events: it starts four threads per core of the machine unless THREADS says otherwise.
  http_threads    = 40
  event_threads   = 8
  http_functions  = { for name, each in local.functions : name => each if each.http }
  event_functions = { for name, each in local.functions : name => each if !each.http }

  # The settings of docs/configuration.md, "The functions in the cloud"; null means not set. The hobby service has the same.
  api_environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT = var.traces_endpoint
    WATCHPARTY_CORS_ORIGINS     = length(var.cors_origins) == 0 ? null : join(",", var.cors_origins)
    WATCHPARTY_DELIVERIES_TOPIC = google_pubsub_topic.event["webhook-deliveries"].id
    WATCHPARTY_FIRST_ADMIN      = var.first_admin
    WATCHPARTY_IDENTITY         = var.identity
    WATCHPARTY_IDENTITY_API_KEY = one(google_identity_platform_config.this[*].client[0].api_key)
    WATCHPARTY_IDENTITY_PROJECT = var.identity == "identity_platform" ? var.project_id : null
    WATCHPARTY_KEYS_DIR         = "/keys"
    WATCHPARTY_MAIL_FROM        = var.mail_from
    WATCHPARTY_MEDIA_BUCKET     = google_storage_bucket.media.name
    WATCHPARTY_PUBLIC_URL       = local.site_url
    WATCHPARTY_NOTICES_URL      = local.production ? "wss://${local.relay_host}/ws" : null
    WATCHPARTY_RELAY_URL        = "wss://${local.host}/ws"
    WATCHPARTY_STOP_FILMS_AT    = local.stops_films ? tostring(local.stop_films_at) : null
    WATCHPARTY_STORE_URL        = "firestore://${var.project_id}/${google_firestore_database.main.name}"
    WATCHPARTY_TRANSCODE_JOB    = google_cloud_run_v2_job.transcoder.id
    WATCHPARTY_TRUSTED_PROXIES  = join(",", local.trusted_proxies)
    WATCHPARTY_UPLOADS_BUCKET   = google_storage_bucket.uploads.name
  }
  google_traces = can(regex("^https://[^/]+[.]googleapis[.]com(:|/|$)", coalesce(var.traces_endpoint, "-")))
  # Google's own hops: the container's link-local proxy, and the load balancer's front ends and address.
  trusted_proxies = concat(
    ["169.254.0.0/16", "35.191.0.0/16", "130.211.0.0/22"],
    values(google_compute_global_address.site)[*].address,
  )
}

resource "google_service_account" "function" {
  for_each     = local.functions
  account_id   = "watchparty-${replace(each.key, "_", "-")}"
  display_name = "WatchParty: function ${each.key}"
  depends_on   = [google_project_service.api]
}

# One image for all of them: FUNCTION_TARGET names the entry point of functions/main.py that functions-framework serves.
resource "google_cloud_run_v2_service" "function" {
  for_each            = local.functions
  name                = "watchparty-${replace(each.key, "_", "-")}"
  location            = var.region
  labels              = local.labels
  description         = each.value.http ? "HTTP API, ${each.key}" : "Events, ${each.key}"
  deletion_protection = false # it holds nothing
  # Pub/Sub, Eventarc and Scheduler of the same project count as internal.
  ingress = each.value.http ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_INTERNAL_ONLY"

  template {
    service_account                  = google_service_account.function[each.key].email
    timeout                          = "${each.value.timeout_s}s"
    max_instance_request_concurrency = each.value.http ? min(local.http_threads, var.functions_scale.concurrency) : local.event_threads
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    # Only private addresses go through the network: the relay's. Everything else leaves as before.
    dynamic "vpc_access" {
      for_each = google_compute_subnetwork.run[*]
      content {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = vpc_access.value.network
          subnetwork = vpc_access.value.id
        }
      }
    }

    scaling {
      min_instance_count = each.value.http ? var.functions_scale.least : 0
      max_instance_count = each.value.http ? var.functions_scale.most : (contains(["on_budget", "sweep"], each.key) ? 1 : 10)
    }

    containers {
      image = var.images.functions

      ports {
        container_port = 8080
      }

      resources {
        limits = {
          cpu    = "1"
          memory = each.value.memory
        }
        cpu_idle          = true
        startup_cpu_boost = true # imports are most of a cold start
      }

      dynamic "env" {
        for_each = merge(
          { for name, value in local.api_environment : name => value if value != null },
          {
            FUNCTION_SIGNATURE_TYPE   = each.value.http ? "http" : "cloudevent"
            FUNCTION_TARGET           = each.key
            WATCHPARTY_KEYS           = join(",", [for name in each.value.holds : name if contains(keys(local.key_files), name)])
            WATCHPARTY_SIGNER_ACCOUNT = google_service_account.function[each.key].email
          },
          local.production && contains(each.value.holds, "cdn") ? { WATCHPARTY_CDN_KEY_NAME = var.cdn_active_key } : {},
          each.key == "on_budget" && local.production ? { WATCHPARTY_FILMS_POLICY = local.films_policy } : {},
          each.value.http ? { FUNCTION_USE_ASGI = "1" } : { THREADS = tostring(local.event_threads) },
        )
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = contains(each.value.holds, "smtp") ? google_secret_manager_secret.smtp[*].secret_id : []
        content {
          name = "WATCHPARTY_SMTP_URL"
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }

      dynamic "volume_mounts" {
        for_each = { for name, key in local.mounted_keys : name => key if contains(local.members[each.key].holds, name) }
        content {
          name       = volume_mounts.key
          mount_path = "/keys/${volume_mounts.key}"
        }
      }
    }

    dynamic "volumes" {
      for_each = { for name, key in local.mounted_keys : name => key if contains(local.members[each.key].holds, name) }
      content {
        name = volumes.key
        secret {
          secret = volumes.value.secret
          items {
            version = volumes.value.version
            path    = volumes.value.file
          }
        }
      }
    }
  }

  # A canary: part of the requests go to the new revision, the rest to the one that served before (deploy/canary.py).
  dynamic "traffic" {
    for_each = contains(keys(var.canary.stable), each.key) ? [var.canary.stable[each.key]] : []
    content {
      type     = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
      revision = traffic.value
      percent  = 100 - var.canary.percent
    }
  }
  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = contains(keys(var.canary.stable), each.key) ? var.canary.percent : 100
  }

  # Without access to its keys a function does not start; without its index a query fails. Rights that are replaced are
  # taken away after the update, because they are dependencies that are created before they are destroyed.
  depends_on = [
    google_firestore_index.query,
    google_project_iam_member.function_uses_firestore,
    google_secret_manager_secret_iam_member.function_reads_key,
  ]
}

# The load balancer calls without credentials. The ingress setting excludes every other caller; the API checks permissions.
resource "google_cloud_run_v2_service_iam_member" "function_is_public" {
  for_each = local.http_functions
  name     = google_cloud_run_v2_service.function[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}

# ---- permissions

locals {
  mounted_keys = merge(
    { for name, file in local.key_files : name => {
      secret = google_secret_manager_secret.key[name].secret_id, file = file, version = lookup(var.key_versions, name, "latest")
    } },
    local.production ? { cdn = {
      secret = google_secret_manager_secret.cdn[var.cdn_active_key].secret_id, file = "cdn.key", version = lookup(var.key_versions, "cdn-${var.cdn_active_key}", "latest")
    } } : {},
  )

  grants = {
    uploads    = { bucket = google_storage_bucket.uploads.name, role = "roles/storage.objectUser" }
    media      = { bucket = google_storage_bucket.media.name, role = "roles/storage.objectUser" }
    media_read = { bucket = google_storage_bucket.media.name, role = "roles/storage.objectViewer" }
  }
  # Permissions of the functions and of the hobby service: account → grants.
  members = merge(
    { for name, each in local.functions : name => { member = google_service_account.function[name].member, id = google_service_account.function[name].name, may = each.may, holds = concat(each.holds, ["public"]) } },
    local.hobby ? { standalone = { member = google_service_account.standalone[0].member, id = google_service_account.standalone[0].name, holds = ["access", "join", "notice", "hash", "public", "smtp"], may = concat(["uploads", "launch", "sign"], var.serve_films ? ["media"] : []) } } : {},
  )
  allowed = { for pair in flatten([
    for name, each in local.members : [for what in each.may : { name = name, what = what, member = each.member, id = each.id }]
  ]) : "${pair.name} ${pair.what}" => pair }
  secret_readers = { for pair in setproduct(keys(local.members), keys(local.readable_secrets)) :
    "${pair[0]} ${pair[1]}" => { member = local.members[pair[0]].member, secret = local.readable_secrets[pair[1]] }
    if contains(local.members[pair[0]].holds, split("-", pair[1])[0])
  }
  # Every key of Cloud CDN, not only the mounted one: while a deployment switches keys, instances of the previous revision
  # still start, and one that cannot read its key does not.
  readable_secrets = merge(
    { for name, each in local.mounted_keys : name => each.secret if name != "cdn" },
    { for name, secret in google_secret_manager_secret.cdn : "cdn-${name}" => secret.secret_id },
    var.mail_from == null ? {} : { smtp = google_secret_manager_secret.smtp[0].secret_id },
  )
}

resource "google_project_iam_member" "function_uses_firestore" {
  for_each = local.members
  project  = var.project_id
  role     = "roles/datastore.user"
  member   = each.value.member

  condition {
    title      = "this-database-only"
    expression = "resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.main.name}\""
  }
  # A restore changes the database. The functions use the previous one until they are updated, which comes in between.
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_storage_bucket_iam_member" "function_uses_bucket" {
  for_each = { for key, pair in local.allowed : key => pair if contains(keys(local.grants), pair.what) }
  bucket   = local.grants[each.value.what].bucket
  role     = local.grants[each.value.what].role
  member   = each.value.member
}

resource "google_cloud_run_v2_job_iam_member" "function_launches_transcodes" {
  for_each = { for key, pair in local.allowed : key => pair if pair.what == "launch" }
  name     = google_cloud_run_v2_job.transcoder.name
  location = var.region
  role     = google_project_iam_custom_role.transcode_launcher.name
  member   = each.value.member
}

# Start with an override (the film), find running executions, cancel them. No predefined role is as narrow.
resource "google_project_iam_custom_role" "transcode_launcher" {
  role_id     = "watchpartyTranscodeLauncher"
  title       = "WatchParty: starts and stops transcodes"
  permissions = ["run.jobs.run", "run.jobs.runWithOverrides", "run.jobs.get", "run.executions.get", "run.executions.list", "run.executions.cancel"]
}

# Google's Telemetry API takes traces from accounts that may write them; any other collector has its own rules.
resource "google_project_iam_member" "function_writes_traces" {
  for_each = local.google_traces ? { for name, each in local.members : name => each if lookup(local.functions, name, { http = true }).http } : {}
  project  = var.project_id
  role     = "roles/telemetry.tracesWriter"
  member   = each.value.member
}

# Webhooks: the function that writes a delivery wakes the function that sends it.
resource "google_pubsub_topic_iam_member" "function_wakes_deliveries" {
  for_each = local.members
  topic    = google_pubsub_topic.event["webhook-deliveries"].name
  role     = "roles/pubsub.publisher"
  member   = each.value.member
}

# IAM signs URLs in the name of the account, so there is no key to lose.
resource "google_service_account_iam_member" "function_signs_as_itself" {
  for_each           = { for key, pair in local.allowed : key => pair if pair.what == "sign" }
  service_account_id = each.value.id
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.value.member
}

resource "google_secret_manager_secret_iam_member" "function_reads_key" {
  for_each  = local.secret_readers
  secret_id = each.value.secret
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value.member
  # A key that is removed from the settings is mounted until the functions are updated, which comes in between.
  lifecycle {
    create_before_destroy = true
  }
}
