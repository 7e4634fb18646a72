# production: the network through which the relays reach Redis, and the functions reach the relays. Nothing in it has a public
# address.

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

# Direct VPC egress uses one address per instance, and up to four times as many while revisions change. With Private Google
# Access, requests from here to the relay's address count as internal.
resource "google_compute_subnetwork" "run" {
  count                    = local.production ? 1 : 0
  name                     = "watchparty-run"
  network                  = google_compute_network.main[0].id
  region                   = var.region
  ip_cidr_range            = "10.8.0.0/20"
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }
}

# In this network the relay's address leads to private.googleapis.com, so that notices of the functions stay inside (ADR 45).
# https://docs.cloud.google.com/vpc/docs/configure-private-google-access
resource "google_dns_managed_zone" "relay" {
  count       = local.production ? 1 : 0
  name        = "watchparty-relay"
  description = "The relay's address, inside the network"
  dns_name    = "${local.relay_host}."
  visibility  = "private"
  labels      = local.labels

  private_visibility_config {
    networks {
      network_url = google_compute_network.main[0].id
    }
  }
  depends_on = [google_project_service.api]
}

resource "google_dns_record_set" "relay" {
  count        = local.production ? 1 : 0
  managed_zone = google_dns_managed_zone.relay[0].name
  name         = google_dns_managed_zone.relay[0].dns_name
  type         = "A"
  ttl          = 300
  rrdatas      = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]
}
