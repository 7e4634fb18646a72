# A monthly budget: mails at half, nine tenths and all of it, and when Google forecasts more. By default it stops nothing.
# With stop_films_at Google's reports of the cost reach the function on_budget, which stops films (ADR 50).

locals {
  stop_films_at = try(var.budget.stop_films_at, null)
  stops_films   = local.stop_films_at != null
  films_policy  = one([for policy in google_compute_security_policy.films : "projects/${var.project_id}/global/securityPolicies/${policy.name}"])
}

resource "google_billing_budget" "month" {
  count           = var.budget == null ? 0 : 1
  billing_account = var.budget.billing_account
  display_name    = "WatchParty ${var.project_id}"

  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
  }

  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(floor(var.budget.amount))
    }
  }

  dynamic "threshold_rules" {
    for_each = distinct(concat([0.5, 0.9, 1.0], local.stop_films_at[*]))
    content {
      threshold_percent = threshold_rules.value
    }
  }
  threshold_rules {
    threshold_percent = 1.2
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [google_monitoring_notification_channel.mail.id]
    pubsub_topic                     = local.stops_films ? google_pubsub_topic.event["budget"].id : null
    schema_version                   = local.stops_films ? "1.0" : null
  }
  depends_on = [google_project_service.api]
}

# Google adds this binding when the budget names the topic; named here, another apply keeps it.
resource "google_pubsub_topic_iam_member" "budget_reports" {
  count      = local.stops_films ? 1 : 0
  topic      = google_pubsub_topic.event["budget"].name
  role       = "roles/pubsub.publisher"
  member     = "serviceAccount:billing-budget-alert@system.gserviceaccount.com"
  depends_on = [google_billing_budget.month]
}

# production: the edge's policy for films. on_budget changes the action of its only rule, so Terraform leaves it as it is.
resource "google_compute_security_policy" "films" {
  count       = local.production && local.stops_films ? 1 : 0
  name        = "watchparty-films"
  description = "Films by budget (docs/operations.md)"
  type        = "CLOUD_ARMOR_EDGE"

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "deny(403) while the budget stops films"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
  lifecycle {
    ignore_changes        = [rule]
    create_before_destroy = true # detached from the backends first
  }
  depends_on = [google_project_service.api]
}

# Reads and changes a rule, and waits until it has changed. No predefined role is as narrow.
resource "google_project_iam_custom_role" "film_switch" {
  count       = local.production && local.stops_films ? 1 : 0
  role_id     = "watchpartyFilmSwitch"
  title       = "WatchParty: stops and serves films at the edge"
  permissions = ["compute.globalOperations.get", "compute.securityPolicies.get", "compute.securityPolicies.update"]
}

resource "google_project_iam_member" "on_budget_switches_films" {
  count   = local.production && local.stops_films ? 1 : 0
  project = var.project_id
  role    = google_project_iam_custom_role.film_switch[0].name
  member  = google_service_account.function["on_budget"].member
}
