# production: the network through which the relay reaches Redis. Nothing in it has a public address.

resource "google_compute_network" "main" {
  count                   = local.production ? 1 : 0
  name                    = "watchparty"
  auto_create_subnetworks = false
  depends_on              = [google_project_service.api]
}

# A custom network denies ingress anyway. The explicit rule makes any later exception visible, with a higher priority.
resource "google_compute_firewall" "nothing_comes_in" {
  count         = local.production ? 1 : 0
  name          = "watchparty-nothing-comes-in"
  network       = google_compute_network.main[0].id
  direction     = "INGRESS"
  priority      = 65000
  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}

# Direct VPC egress uses one address per instance, and up to four times as many while revisions change.
resource "google_compute_subnetwork" "run" {
  count                    = local.production ? 1 : 0
  name                     = "watchparty-run"
  network                  = google_compute_network.main[0].id
  region                   = var.region
  ip_cidr_range            = "10.8.0.0/22"
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }
}
