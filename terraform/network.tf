# production: the network that the relay reaches Redis through. Nothing in it has an address of its own.

resource "google_compute_network" "main" {
  count                   = local.production ? 1 : 0
  name                    = "watchparty"
  auto_create_subnetworks = false
  depends_on              = [google_project_service.api]
}

# A network of one's own lets nothing in anyway; said aloud, so that a later rule has to be above it and is seen.
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

# Direct VPC egress takes an address for each instance, and up to four times as many while revisions change.
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
