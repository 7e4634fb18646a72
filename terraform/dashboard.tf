# One page for the state of the site: traffic, latency, backlog, and what costs money.

locals {
  # Each chart's filter and the key of its aggregation in local.readings.
  charts = merge(
    {
      "Requests per second, by service"             = ["metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\"", "rate"]
      "Response time, by service (95th percentile)" = ["metric.type=\"run.googleapis.com/request_latencies\" AND resource.type=\"cloud_run_revision\"", "p95"]
      "Instances, by service"                       = ["metric.type=\"run.googleapis.com/container/instance_count\" AND resource.type=\"cloud_run_revision\"", "sum"]
      "Memory, by service (95th percentile)"        = ["metric.type=\"run.googleapis.com/container/memory/utilizations\" AND resource.type=\"cloud_run_revision\"", "p95"]
      "Transcodes running"                          = ["metric.type=\"run.googleapis.com/job/running_executions\" AND resource.type=\"cloud_run_job\"", "sum"]
      "Oldest waiting event, s"                     = [local.oldest_event, "worst"]
      "Bytes sent from buckets, 1/s"                = ["metric.type=\"storage.googleapis.com/network/sent_bytes_count\" AND resource.type=\"gcs_bucket\"", "rate"]
      "Firestore reads, 1/s"                        = ["metric.type=\"firestore.googleapis.com/document/read_count\" AND resource.type=\"firestore_instance\"", "rate"]
      "Firestore writes, 1/s"                       = ["metric.type=\"firestore.googleapis.com/document/write_count\" AND resource.type=\"firestore_instance\"", "rate"]
    },
    local.production ? {
      "Bytes through the load balancer, 1/s" = ["metric.type=\"loadbalancing.googleapis.com/https/response_bytes_count\" AND resource.type=\"https_lb_rule\"", "rate"]
      "Sockets per relay (95th percentile)"  = ["metric.type=\"run.googleapis.com/container/max_request_concurrencies\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=\"watchparty-relay\"", "p95"]
      "Redis memory"                         = ["metric.type=\"redis.googleapis.com/stats/memory/usage_ratio\" AND resource.type=\"redis_instance\"", "worst"]
    } : {},
  )

  # Percentiles do not add up. A percentile over several series comes from the sum of their distributions (ALIGN_DELTA
  # keeps each distribution), not from the sum of their percentiles.
  readings = {
    rate  = { aligner = "ALIGN_RATE", reducer = "REDUCE_SUM" }
    sum   = { aligner = "ALIGN_MEAN", reducer = "REDUCE_SUM" }
    worst = { aligner = "ALIGN_MAX", reducer = "REDUCE_MAX" }
    p95   = { aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_95" }
  }
}

resource "google_monitoring_dashboard" "overview" {
  dashboard_json = jsonencode({
    displayName = "WatchParty"
    gridLayout = {
      columns = "2"
      widgets = concat([for goal, slo in local.slos : {
        title   = "Error budget used in 28 days: ${goal} within ${slo.limit_s} s for ${100 - slo.budget_percent} %"
        xyChart = { dataSets = [{ plotType = "LINE", timeSeriesQuery = { prometheusQuery = local.burnt["${goal} 28d"] } }] }
        }], [for title, chart in local.charts : {
        title = title
        xyChart = {
          dataSets = [{
            plotType = "LINE"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = chart[0]
                aggregation = {
                  alignmentPeriod    = "60s"
                  perSeriesAligner   = local.readings[chart[1]].aligner
                  crossSeriesReducer = local.readings[chart[1]].reducer
                  groupByFields      = strcontains(chart[0], "\"cloud_run_revision\"") ? ["resource.label.service_name"] : []
                }
              }
            }
          }]
        }
      }])
    }
  })
  depends_on = [google_project_service.api]
}
