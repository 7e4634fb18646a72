# production: goals of the service, and alerts when their error budget burns too fast. The relays emit the histograms
# (sync-relay/watchparty_relay/metrics.py); a test compares every name and limit here with the code.

locals {
  # All but `budget_percent` of the events are faster than `limit_s`, over 28 days. `le`: how Prometheus may write the limit.
  slos = local.production ? {
    join    = { histogram = "watchparty_relay_join_seconds", le = "2|2.0", limit_s = 2, budget_percent = 1 }
    command = { histogram = "watchparty_relay_command_seconds", le = "0.3", limit_s = 0.3, budget_percent = 1 }
  } : {}

  # A budget of 28 days is used up at 14.4 times its rate in two days, at 6 times in five. The short window ends the alert
  # soon after its cause. https://sre.google/workbook/alerting-on-slos/
  burn_rates = {
    fast = { rate = 14.4, long = "1h", short = "5m", severity = "CRITICAL" }
    slow = { rate = 6, long = "6h", short = "30m", severity = "ERROR" }
  }

  # How many times as fast as the goal allows events were slow; nothing when there were none.
  burnt = { for pair in setproduct(keys(local.slos), ["5m", "30m", "1h", "6h", "28d"]) : "${pair[0]} ${pair[1]}" =>
    format(
      "(1 - sum(rate(%[1]s_bucket{le=~\"%[2]s\"}[%[3]s])) / sum(rate(%[1]s_count[%[3]s]))) / %[4]g",
      local.slos[pair[0]].histogram, local.slos[pair[0]].le, pair[1], local.slos[pair[0]].budget_percent / 100,
    )
  }

  # Twenty events in the long window, so that one slow guest in a quiet night wakes no one.
  burn_alerts = { for pair in setproduct(keys(local.slos), keys(local.burn_rates)) : "${pair[0]}s_slow ${pair[1]}" => {
    name     = "${pair[0]}s_slow"
    severity = local.burn_rates[pair[1]].severity
    query = join(" and ", [
      "(${local.burnt["${pair[0]} ${local.burn_rates[pair[1]].long}"]}) > ${local.burn_rates[pair[1]].rate}",
      "(${local.burnt["${pair[0]} ${local.burn_rates[pair[1]].short}"]}) > ${local.burn_rates[pair[1]].rate}",
      "sum(increase(${local.slos[pair[0]].histogram}_count[${local.burn_rates[pair[1]].long}])) >= 20",
    ])
    for_s = 0
  } }

  # The rest that only a query can say. Quotas of every API that the project uses, as a share of their limits.
  query_alerts = merge(
    {
      quota_near = {
        name     = "quota_near"
        severity = "WARNING"
        query = join(" or ", [
          "max by (quota_metric, location) (last_over_time(serviceruntime_googleapis_com:quota_allocation_usage{monitored_resource=\"consumer_quota\"}[1d])) / min by (quota_metric, location) (last_over_time(serviceruntime_googleapis_com:quota_limit{monitored_resource=\"consumer_quota\"}[1d]) > 0) > 0.8",
          "sum by (quota_metric, location) (increase(serviceruntime_googleapis_com:quota_exceeded{monitored_resource=\"consumer_quota\"}[10m])) > 0",
        ])
        for_s = 0
      }
    },
    local.production ? {
      redis_down = {
        name     = "redis_down"
        severity = "CRITICAL"
        query    = "min(watchparty_relay_redis_up) < 1"
        for_s    = 120
      }
      # The relay holds 50,000 events at most, then drops the oldest.
      room_events_lost = {
        name     = "room_events_lost"
        severity = "ERROR"
        query = join(" or ", [
          "sum(increase(watchparty_relay_room_events_lost_total[10m])) > 0",
          "sum(increase(watchparty_relay_room_events_set_aside_total[10m])) > 0",
          "max(watchparty_relay_room_events_pending) > 5000",
        ])
        for_s = 0
      }
    } : {},
  )
}

resource "google_monitoring_alert_policy" "query" {
  for_each              = merge(local.query_alerts, local.burn_alerts)
  display_name          = "WatchParty: ${each.value.name}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [google_monitoring_notification_channel.mail.id]

  conditions {
    display_name = each.key
    condition_prometheus_query_language {
      query                     = each.value.query
      duration                  = "${each.value.for_s}s"
      evaluation_interval       = "60s"
      disable_metric_validation = true # a new project has no metrics yet
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = local.instructions[each.value.name]
  }
  alert_strategy {
    auto_close = "86400s"
  }
}
