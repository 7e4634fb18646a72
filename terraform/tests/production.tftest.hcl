# Profile production on a schema-only provider.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_storage_project_service_account" {
    defaults = { email_address = "storage@agents.example" }
  }
  mock_resource "google_cloud_run_v2_job" {
    defaults = { id = "projects/demo-watchparty/locations/europe-west1/jobs/watchparty-transcoder" }
  }
  mock_resource "google_compute_global_address" {
    defaults = { address = "203.0.113.7" }
  }
}

# Each topic has its own id, in the form that the programs expect.
override_resource {
  target = google_pubsub_topic.event["room-events"]
  values = { id = "projects/demo-watchparty/topics/watchparty-room-events" }
}
override_resource {
  target = google_pubsub_topic.event["transcode-events"]
  values = { id = "projects/demo-watchparty/topics/watchparty-transcode-events" }
}

variables {
  project_id  = "demo-watchparty"
  profile     = "production"
  domain      = "watch.example"
  alert_email = "you@example.org"
  images = {
    functions  = "europe-west1-docker.pkg.dev/demo-watchparty/watchparty/functions@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    relay      = "europe-west1-docker.pkg.dev/demo-watchparty/watchparty/relay@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    transcoder = "europe-west1-docker.pkg.dev/demo-watchparty/watchparty/transcoder@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }
}

# Every optional part at once; the tests in Python read this state.
run "everything" {
  command = apply
  variables {
    budget               = { billing_account = "012345-6789AB-CDEF01", amount = 100, stop_films_at = 0.9 }
    cdn_active_key       = "k2"
    cdn_key_names        = ["k1", "k2"]
    cors_origins         = ["https://app.example"]
    first_admin          = "you@example.org"
    github_repository_id = "123456789"
    identity             = "identity_platform"
    mail_from            = "party@watch.example"
    media_days           = 90
    traces_endpoint      = "https://collector.example:4318"
  }

  assert {
    condition     = google_cloud_run_v2_service.relay[0].template[0].timeout == "3600s" && google_cloud_run_v2_service.relay[0].template[0].session_affinity == false && google_cloud_run_v2_service.relay[0].template[0].containers[0].resources[0].cpu_idle == false
    error_message = "A relay keeps sockets for an hour and clocks running, without session affinity."
  }
  assert {
    condition     = google_redis_instance.rooms[0].redis_configs["maxmemory-policy"] == "noeviction" && google_redis_instance.rooms[0].auth_enabled && google_redis_instance.rooms[0].transit_encryption_mode == "SERVER_AUTHENTICATION"
    error_message = "Redis never evicts keys, requires a password and uses TLS."
  }
  assert {
    condition     = google_cloud_run_v2_service.relay[0].ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" && alltrue([for function in google_cloud_run_v2_service.function : contains(["INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", "INGRESS_TRAFFIC_INTERNAL_ONLY"], function.ingress)])
    error_message = "The load balancer is the only entry point."
  }
  assert {
    condition     = alltrue([for function in google_cloud_run_v2_service.function : function.template[0].vpc_access[0].egress == "PRIVATE_RANGES_ONLY"]) && google_dns_record_set.relay[0].name == "watchparty-relay-123456789012.europe-west1.run.app." && google_compute_subnetwork.run[0].private_ip_google_access
    error_message = "Notices of the functions reach the relay inside the network, where no rate per address counts them."
  }
  assert {
    condition     = alltrue([for service in google_compute_backend_service.run : service.security_policy == google_compute_security_policy.site[0].id])
    error_message = "Cloud Armor protects every service."
  }
  assert {
    condition     = alltrue([for each in google_compute_backend_bucket.media : each.enable_cdn]) && keys(google_secret_manager_secret.cdn) == ["k1", "k2"]
    error_message = "Both keys are valid during a rotation."
  }
  assert {
    condition     = google_compute_backend_bucket.media["playlists"].cdn_policy[0].signed_url_cache_max_age_sec == 1 && google_compute_backend_bucket.media["media"].cdn_policy[0].signed_url_cache_max_age_sec == 86400
    error_message = "A growing playlist is fresh after a second, and a segment stays at the edge for a day."
  }
  assert {
    condition     = google_firestore_database.main.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED" && google_firestore_database.main.delete_protection_state == "DELETE_PROTECTION_ENABLED"
    error_message = "The database can be restored to any minute of a week, and cannot be deleted."
  }
  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.event : length(subscription.push_config[0].oidc_token) == 1 && length(subscription.dead_letter_policy) == 1 && length(subscription.retry_policy) == 1])
    error_message = "Every event is pushed with a token, retried on failure, and stored when it keeps failing."
  }
  assert {
    condition     = alltrue([for name, subscription in google_pubsub_subscription.event : subscription.push_config[0].oidc_token[0].audience == google_cloud_run_v2_service.function[local.topics[name].function].uri])
    error_message = "Each push carries a token for the function that it reaches: Cloud Run refuses any other."
  }
  assert {
    condition     = google_billing_budget.month[0].amount[0].specified_amount[0].currency_code != "EUR"
    error_message = "A budget is in the billing account's currency by default: Google refuses any other."
  }
  assert {
    condition     = google_billing_budget.month[0].all_updates_rule[0].pubsub_topic == google_pubsub_topic.event["budget"].id && google_billing_budget.month[0].all_updates_rule[0].schema_version == "1.0" && alltrue([for each in google_compute_backend_bucket.media : each.edge_security_policy == google_compute_security_policy.films[0].id]) && [for rule in google_compute_security_policy.films[0].rule : rule.action] == ["allow"] && output.films_policy == "projects/demo-watchparty/global/securityPolicies/watchparty-films"
    error_message = "Google's reports reach a function that can close the edge for films, which is open at first."
  }
  assert {
    condition     = google_iam_workload_identity_pool_provider.github[0].attribute_condition == "assertion.repository_id == '123456789' && assertion.environment == 'production' && assertion.ref == 'refs/heads/main'"
    error_message = "Only one environment and branch of one repository on GitHub may deploy, whatever the form of its subject."
  }
  assert {
    condition     = google_project_iam_member.sign_in_looks_people_up["auth"].role == "roles/firebaseauth.viewer" && length(google_project_iam_member.sign_in_looks_people_up) == 1
    error_message = "Only the function for sign-in can check whether a user is disabled."
  }
  assert {
    condition     = google_project_iam_custom_role.identity_deleter[0].permissions == toset(["firebaseauth.users.delete"]) && toset(keys(google_project_iam_member.deletion_deletes_people)) == toset(["auth", "sweep"])
    error_message = "Only the functions that delete accounts can delete users, and nothing else."
  }
  assert {
    condition     = alltrue([for function in google_cloud_run_v2_service.function : contains([for each in function.template[0].containers[0].env : each.value if each.name == "OTEL_EXPORTER_OTLP_ENDPOINT"], "https://collector.example:4318")])
    error_message = "Every function has the endpoint for traces."
  }
  assert {
    condition     = { for rule in google_compute_global_forwarding_rule.site : rule.name => rule.port_range } == { watchparty-https = "443", watchparty-https-v6 = "443", watchparty-http = "80", watchparty-http-v6 = "80" } && google_compute_global_address.site["v6"].ip_version == "IPV6" && google_compute_target_https_proxy.site[0].quic_override == "ENABLE"
    error_message = "The site answers by IPv4 and IPv6, and by HTTP/3."
  }
  assert {
    condition     = google_compute_target_https_proxy.site[0].ssl_certificates == tolist([google_compute_managed_ssl_certificate.site[0].id])
    error_message = "A site that already serves keeps its certificate until the operator chooses the other."
  }
  assert {
    condition     = output.address == "203.0.113.7" && output.site_url == "https://watch.example"
    error_message = "The outputs are those that the deployment reads."
  }
}

run "least" {
  command = apply

  assert {
    condition     = length(google_compute_security_policy.films) + length(google_project_iam_custom_role.film_switch) == 0 && !contains(keys(google_pubsub_topic.event), "budget") && !contains(keys(google_cloud_run_v2_service.function), "on_budget") && alltrue([for each in google_compute_backend_bucket.media : each.edge_security_policy == ""]) && alltrue([for function in google_cloud_run_v2_service.function : !contains(function.template[0].containers[0].env[*].name, "WATCHPARTY_STOP_FILMS_AT")])
    error_message = "By default a budget stops nothing, and nothing pays for a policy of the edge."
  }
  assert {
    condition     = length(google_billing_budget.month) + length(google_iam_workload_identity_pool.github) + length(google_identity_platform_config.this) + length(google_secret_manager_secret.smtp) == 0
    error_message = "Optional parts are not created by default."
  }
}

run "films_stopped" {
  command = plan
  variables {
    serve_films = false
  }

  assert {
    condition     = google_compute_security_policy.no_films[0].type == "CLOUD_ARMOR_EDGE" && alltrue([for rule in google_compute_security_policy.no_films[0].rule : rule.action == "deny(403)"])
    error_message = "One variable blocks every film ahead of the cache."
  }
}

run "films_stopped_beside_the_budget" {
  command = apply
  variables {
    serve_films = false
    budget      = { billing_account = "012345-6789AB-CDEF01", amount = 100, stop_films_at = 0.9 }
  }

  assert {
    condition     = alltrue([for each in google_compute_backend_bucket.media : each.edge_security_policy == google_compute_security_policy.no_films[0].id])
    error_message = "serve_films = false stops films whatever the budget says."
  }
}

run "few_relays" {
  command = plan
  variables {
    relay_scale = { most = 2 }
  }

  assert {
    condition     = google_monitoring_alert_policy.alert["relay_full"].conditions[0].condition_threshold[0].threshold_value > 1
    error_message = "One relay of two is not full."
  }
}

run "certificate_by_dns" {
  command = apply
  variables {
    certificate_by_dns = true
  }

  assert {
    condition     = google_compute_target_https_proxy.site[0].certificate_map == "//certificatemanager.googleapis.com/${google_certificate_manager_certificate_map.site[0].id}" && length(google_compute_managed_ssl_certificate.site) == 0
    error_message = "The load balancer uses the map of Certificate Manager instead of its own certificate."
  }
  assert {
    condition     = google_certificate_manager_certificate_map_entry.site[0].hostname == "watch.example" && google_certificate_manager_certificate_map_entry.site[0].certificates == tolist([google_certificate_manager_certificate.site[0].id]) && google_certificate_manager_certificate.site[0].managed[0].dns_authorizations == tolist([google_certificate_manager_dns_authorization.site[0].id])
    error_message = "The map leads to the domain's certificate, which the record of the authorisation allows."
  }
}

run "canary" {
  command = plan
  variables {
    canary = { percent = 10, stable = { auth = "watchparty-auth-00007-abc", rooms = "watchparty-rooms-00007-abc" } }
  }

  assert {
    condition     = [for each in google_cloud_run_v2_service.function["rooms"].traffic : "${each.percent} ${each.revision == null ? "latest" : each.revision}"] == ["90 watchparty-rooms-00007-abc", "10 latest"]
    error_message = "A canary gets its share, and the revision that served before gets the rest."
  }
  assert {
    condition     = [for each in google_cloud_run_v2_service.function["videos"].traffic : each.percent] == [100]
    error_message = "Without a named revision all requests go to the new one."
  }
}

run "before_the_public_keys" {
  command = plan
  variables {
    key_versions = { access = "1", join = "1", notice = "1", hash = "1", cdn-k1 = "1" }
  }

  assert {
    condition     = alltrue([for function in google_cloud_run_v2_service.function : length(setsubtract(["/keys/access", "/keys/join", "/keys/notice", "/keys/hash", "/keys/cdn"], function.template[0].containers[0].volume_mounts[*].mount_path)) == 0 && contains(function.template[0].containers[0].env[*].name, "WATCHPARTY_CDN_KEY_NAME")])
    error_message = "A rollback to functions that read every key mounts every key."
  }
  assert {
    condition     = alltrue([for name in keys(google_cloud_run_v2_service.function) : length(setsubtract([for key in ["access", "join", "notice", "hash", "cdn-k1"] : "${name} ${key}"], keys(google_secret_manager_secret_iam_member.function_reads_key))) == 0])
    error_message = "A rollback to functions that read every key lets them read every key."
  }
}

run "traces_to_google" {
  command = plan
  variables {
    traces_endpoint = "https://telemetry.googleapis.com"
  }

  assert {
    condition     = keys(google_project_iam_member.function_writes_traces) == ["auth", "rooms", "videos"] && contains(keys(google_project_service.api), "telemetry")
    error_message = "The functions that send traces to Google may write them."
  }
}
