# Values that variables.tf refuses with an explanation before anything is created.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project_id  = "demo-watchparty"
  profile     = "hobby"
  alert_email = "you@example.org"
  images = {
    functions  = "host/functions@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    standalone = "host/standalone@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    transcoder = "host/transcoder@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }
}

run "refuses_relay_without_image" {
  command = plan
  variables {
    profile = "production"
    domain  = "watch.example"
  }
  expect_failures = [var.images]
}

run "refuses_production_without_domain" {
  command = plan
  variables {
    profile = "production"
    images = {
      functions  = "host/functions@sha256:0000000000000000000000000000000000000000000000000000000000000000"
      relay      = "host/relay@sha256:0000000000000000000000000000000000000000000000000000000000000000"
      transcoder = "host/transcoder@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    }
  }
  expect_failures = [var.domain]
}

run "refuses_an_image_by_tag" {
  command = plan
  variables {
    images = {
      functions  = "host/functions:latest"
      standalone = "host/standalone:latest"
      transcoder = "host/transcoder:latest"
    }
  }
  expect_failures = [var.images]
}

run "refuses_memory_that_a_cpu_cannot_have" {
  command = plan
  variables {
    transcoder = { cpu = 2, memory_gb = 16 }
  }
  expect_failures = [var.transcoder]
}

run "refuses_too_little_memory_for_many_cpus" {
  command = plan
  variables {
    transcoder = { tasks = 5, cpu = 8, memory_gb = 2 }
  }
  expect_failures = [var.transcoder]
}

run "refuses_a_number_of_cpus_that_does_not_exist" {
  command = plan
  variables {
    transcoder = { cpu = 3 }
  }
  expect_failures = [var.transcoder]
}

run "refuses_tasks_beyond_the_quota" {
  command = plan
  variables {
    transcoder = { tasks = 30, cpu = 4 }
  }
  expect_failures = [var.transcoder]
}

run "allows_tasks_within_a_raised_quota" {
  command = plan
  variables {
    transcoder = { tasks = 100, cpu = 8, memory_gb = 32, quota_vcpu = 1000 }
  }
}

run "refuses_more_requests_than_threads" {
  command = plan
  variables {
    functions_scale = { concurrency = 80 }
  }
  expect_failures = [var.functions_scale]
}

run "refuses_unknown_words" {
  command = plan
  variables {
    alert_email          = "nobody"
    identity             = "magic"
    region               = "Europe"
    traces_endpoint      = "collector:4318"
    cdn_key_names        = ["k1", "K 2"]
    github_repository_id = "example/watchparty"
  }
  expect_failures = [var.alert_email, var.identity, var.region, var.traces_endpoint, var.cdn_key_names, var.github_repository_id]
}

run "refuses_a_budget_that_stops_at_percent" {
  command = plan
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", amount = 20, stop_films_at = 90 }
  }
  expect_failures = [var.budget]
}

run "refuses_a_budget_that_always_stops" {
  command = plan
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", amount = 20, stop_films_at = 0 }
  }
  expect_failures = [var.budget]
}
