# One page that answers "how is it going?": people, what they feel, what waits, what it costs.

locals {
  charts = merge(
    {
      "Requests a second, by class"     = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\""
      "Slowest answers (95th)"          = "metric.type=\"run.googleapis.com/request_latencies\" AND resource.type=\"cloud_run_revision\""
      "Instances"                       = "metric.type=\"run.googleapis.com/container/instance_count\" AND resource.type=\"cloud_run_revision\""
      "Memory of instances (95th)"      = "metric.type=\"run.googleapis.com/container/memory/utilizations\" AND resource.type=\"cloud_run_revision\""
      "Transcodes running"              = "metric.type=\"run.googleapis.com/job/running_executions\" AND resource.type=\"cloud_run_job\""
      "Oldest event that waits, s"      = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\""
      "Bytes sent from buckets, 1/s"    = "metric.type=\"storage.googleapis.com/network/sent_bytes_count\" AND resource.type=\"gcs_bucket\""
      "Firestore reads and writes, 1/s" = "metric.type=\"firestore.googleapis.com/document/read_count\" AND resource.type=\"firestore_instance\""
    },
    local.production ? {
      "Bytes through the load balancer, 1/s" = "metric.type=\"loadbalancing.googleapis.com/https/response_bytes_count\" AND resource.type=\"https_lb_rule\""
      "Sockets (concurrent requests)"        = "metric.type=\"run.googleapis.com/container/max_request_concurrencies\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=\"watchparty-relay\""
      "Redis memory"                         = "metric.type=\"redis.googleapis.com/stats/memory/usage_ratio\" AND resource.type=\"redis_instance\""
    } : {},
  )
  percentile_charts = ["Slowest answers (95th)", "Memory of instances (95th)", "Sockets (concurrent requests)"]
  gauge_charts      = ["Instances", "Transcodes running", "Oldest event that waits, s", "Redis memory"]
}

resource "google_monitoring_dashboard" "overview" {
  dashboard_json = jsonencode({
    displayName = "WatchParty"
    gridLayout = {
      columns = "2"
      widgets = [for title, filter in local.charts : {
        title = title
        xyChart = {
          dataSets = [{
            plotType = "LINE"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = filter
                aggregation = {
                  alignmentPeriod    = "60s"
                  perSeriesAligner   = contains(local.percentile_charts, title) ? "ALIGN_PERCENTILE_95" : contains(local.gauge_charts, title) ? "ALIGN_MEAN" : "ALIGN_RATE"
                  crossSeriesReducer = "REDUCE_SUM"
                  groupByFields      = ["resource.label.service_name"]
                }
              }
            }
          }]
        }
      }]
    }
  })
  depends_on = [google_project_service.api]
}
