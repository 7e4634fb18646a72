# Alerts. Each alert's name is a heading of docs/operations.md with instructions, and the mail contains that section, so
# that no one has to look for it at two in the morning.

resource "google_monitoring_notification_channel" "mail" {
  display_name = "WatchParty operator"
  type         = "email"
  labels       = { email_address = var.alert_email }
  depends_on   = [google_project_service.api]
}

# production: each service behind the load balancer has its own check. Three locations are Google's minimum, and all that
# the free allotment of a million executions per month covers for four checks a minute.
locals {
  checked_paths = local.production ? {
    auth   = "/ready/auth"
    rooms  = "/ready/rooms"
    videos = "/ready/videos"
    relay  = "/ready/relay"
  } : { site = "/ready" }
}

resource "google_monitoring_uptime_check_config" "site" {
  for_each         = local.checked_paths
  display_name     = "WatchParty answers: ${each.key}"
  timeout          = "10s"
  period           = local.production ? "60s" : "300s"
  selected_regions = ["EUROPE", "USA_VIRGINIA", "ASIA_PACIFIC"]

  http_check {
    path         = each.value
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }
  monitored_resource {
    type   = "uptime_url"
    labels = { host = local.host, project_id = var.project_id }
  }
}

locals {
  instructions = {
    for section in split("\n### `", file("${path.module}/../docs/operations.md")) :
    regex("^[a-z_]*", section) => "${trimspace(replace(split("\n## ", section)[0], "/^[a-z_]+`/", ""))}\n\n(docs/operations.md)"
  }

  # The age of events that wait for a function. In the other two subscriptions messages wait for the operator.
  oldest_event = join(" AND ", concat(
    ["metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"", "resource.type=\"pubsub_subscription\""],
    [for waiting in [google_pubsub_subscription.dead_letter.name, google_pubsub_subscription.key_rotation.name] : "resource.label.subscription_id!=\"${waiting}\""],
  ))

  # Filter, aggregation of the series, threshold, duration, and severity. `of`: the filter of what the series is divided by.
  # `by`: the label of which each value has a series. `at_least`: the series itself must exceed this as well.
  alerts = merge(
    {
      # In profile hobby each check starts the service, which is billed for that moment only (cpu_idle, standalone.tf).
      site_down = {
        filter   = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\" AND metric.label.check_id=one_of(${join(",", [for check in google_monitoring_uptime_check_config.site : "\"${check.uptime_check_id}\""])})"
        aligner  = "ALIGN_FRACTION_TRUE", reducer = "REDUCE_MEAN", period_s = local.production ? 120 : 600
        compare  = "COMPARISON_LT", limit = 0.5, for_s = local.production ? 180 : 300
        by       = "metric.label.check_id"
        severity = "CRITICAL"
      }
      server_errors = {
        filter   = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND metric.label.response_code_class=\"5xx\""
        aligner  = "ALIGN_RATE", reducer = "REDUCE_SUM", period_s = 300
        compare  = "COMPARISON_GT", limit = 0.05, for_s = 300
        of       = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\""
        by       = "resource.label.service_name"
        at_least = 0.01 # 1/s: three errors in five minutes, so that one in a quiet night wakes no one
        severity = "ERROR"
      }
      dead_letters = {
        filter   = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=\"${google_pubsub_subscription.dead_letter.name}\""
        aligner  = "ALIGN_MAX", reducer = "REDUCE_SUM", period_s = 300
        compare  = "COMPARISON_GT", limit = 0, for_s = 0
        severity = "WARNING"
      }
      events_late = {
        filter   = local.oldest_event
        aligner  = "ALIGN_MAX", reducer = "REDUCE_MAX", period_s = 300
        compare  = "COMPARISON_GT", limit = 600, for_s = 300
        severity = "ERROR"
      }
      transcodes_failing = {
        filter   = "metric.type=\"run.googleapis.com/job/completed_execution_count\" AND resource.type=\"cloud_run_job\" AND metric.label.result=\"failed\""
        aligner  = "ALIGN_DELTA", reducer = "REDUCE_SUM", period_s = 3600
        compare  = "COMPARISON_GT", limit = 3, for_s = 0
        severity = "WARNING"
      }
      egress_high = {
        filter   = local.production ? "metric.type=\"loadbalancing.googleapis.com/https/response_bytes_count\" AND resource.type=\"https_lb_rule\"" : "metric.type=\"storage.googleapis.com/network/sent_bytes_count\" AND resource.type=\"gcs_bucket\" AND resource.label.bucket_name=\"${google_storage_bucket.media.name}\""
        aligner  = "ALIGN_RATE", reducer = "REDUCE_SUM", period_s = 3600
        compare  = "COMPARISON_GT", limit = local.production ? 125000000 : 2500000, for_s = 3600 # 1 Gbit/s, 20 Mbit/s
        severity = "WARNING"
      }
      # Google renews its certificates a month ahead; an uptime check reports the days that are left.
      certificate_expires = {
        filter   = "metric.type=\"monitoring.googleapis.com/uptime_check/time_until_ssl_cert_expires\" AND resource.type=\"uptime_url\""
        aligner  = "ALIGN_NEXT_OLDER", reducer = "REDUCE_MIN", period_s = 3600
        compare  = "COMPARISON_LT", limit = 14, for_s = 3600
        severity = "ERROR"
      }
      key_rotation_due = {
        filter   = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=\"${google_pubsub_subscription.key_rotation.name}\""
        aligner  = "ALIGN_MAX", reducer = "REDUCE_SUM", period_s = 600
        compare  = "COMPARISON_GT", limit = 0, for_s = 0
        severity = "WARNING"
      }
    },
    local.production ? {
      redis_memory = {
        filter   = "metric.type=\"redis.googleapis.com/stats/memory/usage_ratio\" AND resource.type=\"redis_instance\""
        aligner  = "ALIGN_MAX", reducer = "REDUCE_MAX", period_s = 300
        compare  = "COMPARISON_GT", limit = 0.8, for_s = 300
        severity = "ERROR"
      }
      relay_memory = {
        filter   = "metric.type=\"run.googleapis.com/container/memory/utilizations\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=\"watchparty-relay\""
        aligner  = "ALIGN_PERCENTILE_99", reducer = "REDUCE_MAX", period_s = 300
        compare  = "COMPARISON_GT", limit = 0.85, for_s = 300
        severity = "ERROR"
      }
      relay_full = {
        filter   = "metric.type=\"run.googleapis.com/container/instance_count\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=\"watchparty-relay\""
        aligner  = "ALIGN_MAX", reducer = "REDUCE_SUM", period_s = 300
        compare  = "COMPARISON_GT", limit = max(1, var.relay_scale.most * 0.9), for_s = 600
        severity = "ERROR"
      }
    } : {},
  )
}

resource "google_monitoring_alert_policy" "alert" {
  for_each              = local.alerts
  display_name          = "WatchParty: ${each.key}"
  combiner              = "AND"
  severity              = each.value.severity
  notification_channels = [google_monitoring_notification_channel.mail.id]

  conditions {
    display_name = each.key
    condition_threshold {
      filter             = each.value.filter
      denominator_filter = try(each.value.of, null)
      comparison         = each.value.compare
      threshold_value    = each.value.limit
      duration           = "${each.value.for_s}s"
      aggregations {
        alignment_period     = "${each.value.period_s}s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = try([each.value.by], [])
      }
      dynamic "denominator_aggregations" {
        for_each = try([each.value.of], [])
        content {
          alignment_period     = "${each.value.period_s}s"
          per_series_aligner   = each.value.aligner
          cross_series_reducer = each.value.reducer
          group_by_fields      = [each.value.by]
        }
      }
    }
  }

  dynamic "conditions" {
    for_each = try([each.value.at_least], [])
    content {
      display_name = "${each.key}, more than a few"
      condition_threshold {
        filter          = each.value.filter
        comparison      = each.value.compare
        threshold_value = conditions.value
        duration        = "${each.value.for_s}s"
        aggregations {
          alignment_period     = "${each.value.period_s}s"
          per_series_aligner   = each.value.aligner
          cross_series_reducer = each.value.reducer
          group_by_fields      = [each.value.by]
        }
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = local.instructions[each.key]
  }
  alert_strategy {
    auto_close = "86400s"
  }
}

# `sweep` recovers everything else that gets lost, so its absence has its own alert.
resource "google_monitoring_alert_policy" "sweeper_silent" {
  display_name          = "WatchParty: sweeper_silent"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = [google_monitoring_notification_channel.mail.id]

  conditions {
    display_name = "sweeper_silent"
    condition_absent {
      filter   = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=\"watchparty-sweep\" AND metric.label.response_code_class=\"2xx\""
      duration = "1800s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = local.instructions["sweeper_silent"]
  }
}
