# production: rate limits per address, ahead of everything that costs money. They are generous, because a whole dormitory
# may share one address; the API has finer limits.

locals {
  rate_rules = {
    sign_in = {
      priority   = 1000
      expression = "request.path.startsWith('/api/v1/auth/') && request.method == 'POST'"
      count      = 60
      interval_s = 60
    }
    sockets = {
      priority   = 1100
      expression = "request.path == '/ws'"
      count      = 240 # a room of a hundred people that reconnects twice after a drain
      interval_s = 60
    }
    api = {
      priority   = 1200
      expression = "request.path.startsWith('/api/')"
      count      = 1200
      interval_s = 60
    }
  }
}

resource "google_compute_security_policy" "site" {
  count = local.production ? 1 : 0
  name  = "watchparty"
  type  = "CLOUD_ARMOR"

  dynamic "rule" {
    for_each = local.rate_rules
    content {
      action      = "throttle"
      priority    = rule.value.priority
      description = "rate of ${rule.key} per address"
      match {
        expr {
          expression = rule.value.expression
        }
      }
      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = "IP"
        rate_limit_threshold {
          count        = rule.value.count
          interval_sec = rule.value.interval_s
        }
      }
    }
  }

  # Log4j and similar exploits: nothing here is Java, but such requests are always hostile.
  rule {
    action      = "deny(403)"
    priority    = 900
    description = "known exploits"
    match {
      expr {
        expression = "evaluatePreconfiguredWaf('cve-canary', {'sensitivity': 1})"
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "everything else"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
  depends_on = [google_project_service.api]
}
