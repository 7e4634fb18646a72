# One page for the state of the site: traffic, latency, backlog, and what costs money.

locals {
  charts = merge(
    {
      "Requests per second, by class"   = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\""
      "Response time (95th percentile)" = "metric.type=\"run.googleapis.com/request_latencies\" AND resource.type=\"cloud_run_revision\""
      "Instances"                       = "metric.type=\"run.googleapis.com/container/instance_count\" AND resource.type=\"cloud_run_revision\""
      "Memory (95th percentile)"        = "metric.type=\"run.googleapis.com/container/memory/utilizations\" AND resource.type=\"cloud_run_revision\""
      "Transcodes running"              = "metric.type=\"run.googleapis.com/job/running_executions\" AND resource.type=\"cloud_run_job\""
      "Oldest waiting event, s"         = local.oldest_event
      "Bytes sent from buckets, 1/s"    = "metric.type=\"storage.googleapis.com/network/sent_bytes_count\" AND resource.type=\"gcs_bucket\""
      "Firestore reads and writes, 1/s" = "metric.type=\"firestore.googleapis.com/document/read_count\" AND resource.type=\"firestore_instance\""
    },
    local.production ? {
      "Bytes through the load balancer, 1/s" = "metric.type=\"loadbalancing.googleapis.com/https/response_bytes_count\" AND resource.type=\"https_lb_rule\""
      "Sockets (concurrent requests)"        = "metric.type=\"run.googleapis.com/container/max_request_concurrencies\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=\"watchparty-relay\""
      "Redis memory"                         = "metric.type=\"redis.googleapis.com/stats/memory/usage_ratio\" AND resource.type=\"redis_instance\""
    } : {},
  )
  percentile_charts = ["Response time (95th percentile)", "Memory (95th percentile)", "Sockets (concurrent requests)"]
  gauge_charts      = ["Instances", "Transcodes running", "Oldest waiting event, s", "Redis memory"]
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
