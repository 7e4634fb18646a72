"""terraform/ is well-formed, valid, passes its own tests in both profiles, and fits the code that it deploys."""

import argparse
import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from redis import Redis

from cloud.url_map import route
from fakes.function_process import cloud_environment
from terraform.applied import ROOT, SOURCE, Applied, Outcome, Values, copied, run_tests
from terraform.routes import expected_routes, misrouted
from terraform.schema_provider import terraform
from watchparty.config import home_config
from watchparty_api.config import from_environment as functions_config
from watchparty_api.rooms.link_page import PAGE_HEADERS
from watchparty_api.web.site import forwarded_client
from watchparty_relay.config import from_environment as relay_config
from watchparty_transcoder.config import read_cloud_config

FUNCTION_PREFIX = "google_cloud_run_v2_service.function"
DOCUMENTED = re.compile(r"`(WATCHPARTY_[A-Z_]+)`")
NOT_SET = {"WATCHPARTY_WORKSPACE", "WATCHPARTY_KEYS_SECRETS", "WATCHPARTY_GRANT_LIFE_S"}
"""Settings that this deployment leaves at their defaults: one workspace, mounted keys, the default life of a grant."""

RELAY_NOT_SET = {
    "WATCHPARTY_RELAY_NEW_CONNECTIONS",  # the default has room for a whole party behind one address
    "WATCHPARTY_RELAY_SOCKET_MB",  # the default fits into the memory of an instance
    "WATCHPARTY_RELAY_PORT",  # Cloud Run's PORT
    "WATCHPARTY_RELAY_JOURNAL",  # rooms are in Redis
    "WATCHPARTY_RELAY_SINGLE_INSTANCE",  # there can be several instances
    "WATCHPARTY_RELAY_LIMITS_TIMES",  # refused on Cloud Run
    "WATCHPARTY_RELAY_BLOCKED_WORDS",  # a file, which the image does not contain
}

TRANSCODER_NOT_SET = {
    "WATCHPARTY_MEDIA_SANDBOX",  # as far as Cloud Run's kernel can
    "WATCHPARTY_FFMPEG",  # the one in the image
    "WATCHPARTY_TRANSCODE_NICE",  # nothing else runs on the machine
    "WATCHPARTY_VIDEO_ENCODER",  # only for home: these Cloud Run jobs have no graphics card
    "WATCHPARTY_MAX_VIDEO_HOURS",  # the default limit
    "WATCHPARTY_S3_ENDPOINT",  # the buckets are in Cloud Storage
}


def test_the_configuration_is_formatted(source: Path) -> None:
    """`terraform fmt` has nothing to change."""
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", str(SOURCE)], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


def test_the_configuration_is_valid(source: Path) -> None:
    """Every argument, block, type and reference exists in the provider's schema."""
    done = terraform(source, "validate", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_own_tests_pass(outcome: Outcome) -> None:
    """The assertions in terraform/tests hold in profiles hobby and production, and invalid variables are refused."""
    assert outcome.passed, outcome.said
    assert {name for name, _ in outcome.runs} == {"hobby", "production"}


def test_every_entry_point_is_deployed_and_no_other(production: Applied) -> None:
    """Terraform deploys exactly the functions that functions/main.py decorates."""
    tree = ast.parse((ROOT / "functions/main.py").read_text())
    entries = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.decorator_list
    }
    entries -= {name for name in entries if name.startswith("_")}
    assert set(production.instances(FUNCTION_PREFIX)) == entries


@pytest.mark.parametrize("profile", ["production", "hobby"])
def test_the_foundation_has_the_outputs_that_the_next_steps_need(profile: str, source: Path, tmp_path: Path) -> None:
    """The first apply, of a few targets, needs neither images nor keys and outputs registry, builder and sources."""
    deploy = ast.parse((SOURCE / "deploy/__main__.py").read_text())
    targets = [
        each
        for node in deploy.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("FOUNDATION", "FILM_BACKENDS")
        for each in ast.literal_eval(node.value)
    ]
    folder = copied(source, tmp_path)
    file = folder / "tests" / f"{profile}.tftest.hcl"
    head = re.sub(r"override_resource \{.*?\n\}\n", "", file.read_text().partition("\nrun ")[0], flags=re.DOTALL)
    head = re.sub(r"[\w./-]+@sha256", "none@sha256", head)
    file.write_text(f'{head}\nrun "first" {{\n  plan_options {{\n    target = [{", ".join(targets)}]\n  }}\n}}\n')
    outcome = run_tests(folder, profile)
    assert outcome.passed, outcome.said
    first = outcome.runs[profile, "first"]
    asked = set(re.findall(r'out\["(\w+)"\]', (SOURCE / "deploy/__main__.py").read_text().partition("deployment =")[0]))
    assert asked == {"registry", "builder_account", "source_bucket"}
    assert asked <= set(first.outputs)
    assert not first.of_type("google_cloud_run_v2_service")


# ---- settings


def function_environment(function: Values) -> dict[str, str]:
    """Returns the environment of a function, with a placeholder for each secret."""
    return {
        each["name"]: f"secret {each['value_source'][0]['secret_key_ref'][0]['secret']}"
        if each["value_source"]
        else each["value"]
        for each in function["template"][0]["containers"][0]["env"]
    }


def container_environment(applied: Applied, container: Values) -> dict[str, str]:
    """Returns the environment of a container; a secret that Terraform itself writes has its value."""
    written = {
        name.partition(".")[2].removesuffix("[0]"): values["secret_data"]
        for name, values in applied.of_type("google_secret_manager_secret_version").items()
    }
    return {
        each["name"]: each["value"]
        if each["value_source"] == []
        else written.get(
            each["value_source"][0]["secret_key_ref"][0]["secret"].removeprefix("watchparty-").replace("-", "_"),
            "secret",
        )
        for each in container["env"]
    }


def settings_of(heading: str) -> set[str]:
    """Returns the settings under a heading of docs/configuration.md; tests/docs compares that page with the code."""
    text = (ROOT / "docs/configuration.md").read_text()
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("|"))
    return set(DOCUMENTED.findall(rows))


def test_functions_get_every_setting_that_they_read_and_no_other(production: Applied) -> None:
    """With every option on, each function gets exactly the settings in docs/configuration.md that its secrets allow."""
    by_secret = {"cdn": "WATCHPARTY_CDN_KEY_NAME", "smtp": "WATCHPARTY_SMTP_URL"}
    for name, function in production.instances(FUNCTION_PREFIX).items():
        given = {key for key in function_environment(function) if key.startswith("WATCHPARTY_")}
        withheld = {setting for secret, setting in by_secret.items() if secret not in HELD[name]}
        if name != "on_budget":
            withheld.add("WATCHPARTY_FILMS_POLICY")
        assert given == settings_of("The functions in the cloud") - NOT_SET - withheld, name


def test_functions_start_with_the_least_environment(least: Applied, tmp_path: Path) -> None:
    """With every option off a function gets all it needs: the environment with which test_main.py starts them."""
    started_with = {key for key in cloud_environment(tmp_path, store_url="x") if key.startswith("WATCHPARTY_")}
    optional = {
        "WATCHPARTY_IDENTITY",
        "WATCHPARTY_TRUSTED_PROXIES",
        "WATCHPARTY_CDN_KEY_NAME",
        "WATCHPARTY_NOTICES_URL",
        "WATCHPARTY_DELIVERIES_TOPIC",
        "WATCHPARTY_KEYS",
    }
    for function in least.instances(FUNCTION_PREFIX).values():
        environment = function_environment(function)
        given = {key for key in environment if key.startswith("WATCHPARTY_")}
        assert given - optional == started_with - optional
        config = functions_config({**environment, "K_SERVICE": "it"})
        assert config.environment == "cloud"
        assert "203.0.113.7" in config.trusted_proxies


def test_http_functions_are_served_by_asgi(production: Applied) -> None:
    """Only HTTP functions get FUNCTION_USE_ASGI, because the ASGI side does not unpack Pub/Sub's envelope."""
    asgi = {
        name
        for name, each in production.instances(FUNCTION_PREFIX).items()
        if "FUNCTION_USE_ASGI" in function_environment(each)
    }
    assert asgi == {"auth", "rooms", "videos"}


def gunicorn_threads(setting: str) -> int:
    """Returns the threads of functions-framework's server, which reads the setting from its environment."""
    program = (
        "from functions_framework._http.gunicorn import GunicornApplication\n"
        "print(GunicornApplication(None, '127.0.0.1', 8080, False).options['threads'])"
    )
    environment = {"THREADS": setting}
    return int(subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True).stdout)


def test_an_instance_accepts_only_what_it_runs_in_parallel(production: Applied, hobby: Applied) -> None:
    """Concurrency is the number of threads that functions-framework and AnyIO really start."""

    async def threads() -> float:
        return anyio.to_thread.current_default_thread_limiter().total_tokens

    for applied in (production, hobby):
        for name, function in applied.instances(FUNCTION_PREFIX).items():
            concurrency = function["template"][0]["max_instance_request_concurrency"]
            environment = function_environment(function)
            assert "WORKERS" not in environment
            if "FUNCTION_USE_ASGI" in environment:
                assert concurrency <= anyio.run(threads), name
            else:
                assert concurrency == gunicorn_threads(environment["THREADS"]), name


def test_the_relay_gets_the_settings_that_it_reads(production: Applied) -> None:
    """The relay's config accepts its environment from Terraform, which contains only settings that it reads."""
    container = production.resources["google_cloud_run_v2_service.relay[0]"]["template"][0]["containers"][0]
    environment = container_environment(production, container)
    assert set(environment) == settings_of("The relay alone") - RELAY_NOT_SET
    config = relay_config({**environment, "PORT": "8080", "K_SERVICE": "it"})
    assert (config.bus, config.host) == ("redis", "0.0.0.0")
    assert (config.events_topic or "").endswith("/topics/watchparty-room-events")
    assert config.allowed_origins == {"https://watch.example"}
    client = Redis.from_url(config.redis_url or "")
    mounted = container["volume_mounts"][0]["mount_path"]
    assert client.connection_pool.connection_kwargs["ssl_ca_certs"] == f"{mounted}/ca.pem"


def test_the_hobby_service_gets_the_settings_that_it_reads(hobby: Applied, tmp_path: Path) -> None:
    """The standalone server's config accepts the environment of profile hobby, and all its settings are documented."""
    container = hobby.resources["google_cloud_run_v2_service.standalone[0]"]["template"][0]["containers"][0]
    environment = container_environment(hobby, container)
    assert set(environment) <= settings_of("The functions in the cloud")
    arguments = argparse.Namespace(host=None, port=None, data=None, no_browser=False, demo=False)
    config = home_config(arguments, {**environment, "HOME": str(tmp_path), "PORT": "8080", "K_SERVICE": "watchparty"})
    assert config.cloud is not None
    assert config.cloud.environment == "cloud"
    started_with = {key for key in cloud_environment(tmp_path, store_url="x") if key.startswith("WATCHPARTY_")}
    assert started_with - set(environment) == {"WATCHPARTY_CDN_KEY_NAME"} & started_with


def test_the_transcoder_gets_the_settings_that_it_reads(production: Applied) -> None:
    """A task of the job starts with the environment from Terraform plus what the functions add for each film."""
    container = production.resources["google_cloud_run_v2_job.transcoder"]["template"][0]["template"][0]["containers"][
        0
    ]
    environment = container_environment(production, container)
    assert set(environment) == settings_of("The transcoder") - TRANSCODER_NOT_SET
    assert container["args"] == ["--task"]
    film = {"VIDEO_ID": "v", "GENERATION": "1", "ATTEMPT": "1", "CLOUD_RUN_EXECUTION": "it"}
    config = read_cloud_config({**environment, **film})
    assert config.topic.endswith("/topics/watchparty-transcode-events")
    assert (config.uploads_bucket[-8:], config.media_bucket[-6:]) == ("-uploads", "-media")


HELD: dict[str, set[str]] = {
    "auth": {"access", "notice", "hash", "smtp"},
    "rooms": {"join", "notice", "hash", "cdn", "smtp"},
    "videos": {"notice", "hash", "cdn"},
    "on_upload": set(),
    "on_transcode": {"notice"},
    "on_room_event": {"notice"},
    "on_delivery": {"hash"},
    "on_budget": set(),
    "sweep": {"notice", "hash"},
}
"""Function → the secrets that it holds. The production in a box shows that these are enough."""


@pytest.mark.parametrize("function", HELD)
def test_a_function_reads_only_the_keys_that_it_uses(production: Applied, least: Applied, function: str) -> None:
    """Each mounted file is in its own folder, and IAM grants the secrets that are mounted and no others."""
    held = {f"watchparty-{name}" for name in HELD[function]} | {"watchparty-public"}
    for applied, cdn in ((production, "watchparty-cdn-k2"), (least, "watchparty-cdn-k1")):
        if function not in applied.instances(FUNCTION_PREFIX):
            assert (applied is least, function) == (True, "on_budget")
            continue
        (template,) = applied.instances(FUNCTION_PREFIX)[function]["template"]
        volumes = {each["name"]: each["secret"][0] for each in template["volumes"]}
        files = {
            (each["mount_path"], volumes[each["name"]]["items"][0]["path"])
            for each in template["containers"][0]["volume_mounts"]
        }
        secrets = {volume["secret"] for volume in volumes.values()}
        assert secrets == {cdn if name == "watchparty-cdn" else name for name in held - {"watchparty-smtp"}}
        named = {name for name in HELD[function] | {"public"} if name != "smtp"}
        assert files == {(f"/keys/{name}", KEY_FILES.get(name, f"{name}.json")) for name in named}
        environment = container_environment(applied, template["containers"][0])
        keys = set(filter(None, environment["WATCHPARTY_KEYS"].split(",")))
        assert keys == HELD[function] & {"access", "join", "notice", "hash"}
        assert ("WATCHPARTY_CDN_KEY_NAME" in environment) == ("cdn" in HELD[function])
        readers = applied.instances("google_secret_manager_secret_iam_member.function_reads_key")
        granted = {each["secret_id"] for name, each in readers.items() if name.partition(" ")[0] == function}
        assert {"watchparty-cdn" if name.startswith("watchparty-cdn-") else name for name in granted} - held == set()


KEY_FILES = {"hash": "hash.secret", "cdn": "cdn.key"}


# ---- routes


def test_every_route_reaches_its_backend(production: Applied) -> None:
    """The URL map routes every path of the OpenAPI document, the socket, films, links and pages correctly."""
    assert len(expected_routes()) > 60
    assert misrouted(production) == {}


def test_unknown_addresses_get_the_page_and_missing_files_do_not(production: Applied) -> None:
    """/library is the page with 200; a hashed file of an old build is 404."""
    page = route(production, "watch.example", "/library")
    assert (page.error_page, page.error_codes) == ("/index.html", frozenset({403, 404}))
    assert route(production, "watch.example", "/assets/index-0000.js").error_page is None


def test_clients_are_known_behind_both_addresses(source: Path, tmp_path: Path) -> None:
    """The load balancer adds the address that a client connected to: unless it is trusted, it counts as the client."""
    folder = copied(source, tmp_path / "copy")
    file = folder / "tests/production.tftest.hcl"
    head = file.read_text().partition('\nrun "')[0]
    addresses = {"v4": "203.0.113.7", "v6": "2001:db8::7"}
    overrides = [
        f'override_resource {{\n  target = google_compute_global_address.site["{name}"]\n'
        f'  values = {{ address = "{address}" }}\n}}'
        for name, address in addresses.items()
    ]
    file.write_text("\n".join([head, *overrides, 'run "addresses" {\n  command = apply\n}\n']))
    applied = run_tests(folder, "production").runs["production", "addresses"]
    trusted = function_environment(applied.instances(FUNCTION_PREFIX)["auth"])["WATCHPARTY_TRUSTED_PROXIES"].split(",")
    assert set(addresses.values()) <= set(trusted)
    for client in ("198.51.100.4", "2001:db8:1::4"):
        for address in addresses.values():
            assert forwarded_client("169.254.1.1", [f"{client}, {address}"], tuple(trusted)) == client


def test_the_page_has_the_same_headers_everywhere(production: Applied) -> None:
    """Content-Security-Policy and the other headers equal those of the standalone server."""
    told = dict(
        line.split(": ", 1)
        for line in production.resources["google_compute_backend_bucket.site[0]"]["custom_response_headers"]
    )
    expected = {name: value for name, value in PAGE_HEADERS.items() if name != "Cache-Control"}
    assert {name: told.get(name) for name in expected} == expected


# ---- permissions


def test_permissions(production: Applied) -> None:
    """Every binding is in bindings.txt, so that a new one is a conscious decision."""
    found = {each for each in production.bindings() if not each.startswith("deployer:")}
    keys = {each for each in found if "secretmanager.secretAccessor" in each}
    assert {each.partition(":")[0] for each in keys} == {
        "auth", "rooms", "videos", "on-upload", "on-transcode", "on-room-event", "on-delivery", "on-budget", "sweep",
        "relay",
    }  # fmt: skip
    assert {each for each in keys if each.startswith("relay:")} == {
        "relay: secretmanager.secretAccessor on redis-url",
        "relay: secretmanager.secretAccessor on redis-ca",
    }
    expected = set((Path(__file__).parent / "bindings.txt").read_text().splitlines())
    assert found - keys == expected


def test_only_the_page_and_the_services_behind_the_load_balancer_are_public(
    production: Applied, hobby: Applied
) -> None:
    public = {each for each in production.bindings() if each.startswith("allUsers")}
    assert public == {
        "allUsers: storage.legacyObjectReader on site",
        *(f"allUsers: run.invoker on {name}" for name in ("auth", "rooms", "videos", "relay")),
    }
    assert {each for each in hobby.bindings() if each.startswith("allUsers")} == {"allUsers: run.invoker on watchparty"}


def test_events_are_pushed_with_a_token_for_the_function_that_they_reach(production: Applied) -> None:
    """Cloud Run refuses a token for another address, so each push carries one for its event function."""
    functions = production.instances(FUNCTION_PREFIX)
    addresses = {each["uri"]: name for name, each in functions.items()}
    assert len(addresses) == len(functions)
    pusher = production.resources["google_service_account.pusher"]["email"]
    reached = {}
    for name, subscription in production.instances("google_pubsub_subscription.event").items():
        push = subscription["push_config"][0]
        audience = push["oidc_token"][0]["audience"]
        assert push["push_endpoint"].startswith(f"{audience}/"), name
        assert push["oidc_token"][0]["service_account_email"] == pusher, name
        reached[name] = addresses[audience]
    assert reached == {
        "transcode-events": "on_transcode",
        "room-events": "on_room_event",
        "webhook-deliveries": "on_delivery",
        "budget": "on_budget",
        "sweep": "sweep",
    }


def test_another_apply_leaves_stopped_films_stopped() -> None:
    """The function changes the rule of this policy, so Terraform ignores it; `lifecycle` is in no plan or state."""
    policy = (SOURCE / "budget.tf").read_text().partition('"google_compute_security_policy" "films" {')[2]
    assert re.search(r"lifecycle \{[^}]*ignore_changes += \[rule\]", policy.partition("\n}\n")[0])


# ---- database


def test_indexes_are_those_of_the_declared_queries(hobby: Applied) -> None:
    """Each query that needs one has a composite index, with its fields in order."""
    from watchparty_api.store.firestore_indexes import declared

    made: dict[str, Any] = {
        name: {
            "collection": index["collection"],
            "fields": [{"path": each["field_path"], "order": each["order"]} for each in index["fields"]],
        }
        for name, index in hobby.instances("google_firestore_index.query").items()
    }
    assert made == declared()["indexes"]


def test_documents_that_expire_are_deleted_by_firestore(hobby: Applied) -> None:
    made = {each["collection"] for each in hobby.instances("google_firestore_field.expiry").values()}
    assert {"session", "one_time_token", "idempotency_key"} <= made
    assert "account" not in made  # the documents that belong to it would stay


def test_fields_that_no_query_needs_have_no_index(hobby: Applied) -> None:
    """A configuration without indexes, for every field that the functions exempt, and for those that expire."""
    from watchparty_api.store.firestore_indexes import declared

    exempt = hobby.instances("google_firestore_field.exempt")
    assert {(each["collection"], each["field"]) for each in exempt.values()} == {
        (each["collection"], each["field"]) for each in declared()["exemptions"].values()
    }
    for each in (*exempt.values(), *hobby.instances("google_firestore_field.expiry").values()):
        assert [config["indexes"] for config in each["index_config"]] == [[]], each["field"]


@pytest.mark.parametrize("profile", ["production", "hobby"])
def test_google_does_not_log_urls_that_grant_access(profile: str, request: pytest.FixtureRequest) -> None:
    """Requests to a room, or with a grant to a film, are excluded; every other request is logged."""
    applied: Applied = request.getfixturevalue(profile)
    exclusion = applied.resources["google_logging_project_exclusion.addresses_that_let_in"]
    (pattern,) = re.findall(r'requestUrl=~"(.+?)"', exclusion["filter"])
    site = "https://watch.example"
    for path in ("/r/8ZwDmp", "/api/v1/rooms/8ZwDmp/join", "/api/v1/videos/v1/hls/v1.p1.r1.17/1/a.m3u8"):
        assert re.search(pattern, site + path), path
    for path in ("/api/v1/rooms", "/api/v1/auth/refresh", "/api/v1/videos/v1", "/assets/index.js"):
        assert not re.search(pattern, site + path), path


def test_alerts_have_instructions(production: Applied, hobby: Applied) -> None:
    """docs/operations.md has a section for each alert and no other, and the mail quotes it."""
    mails = {
        values["display_name"].removeprefix("WatchParty: "): values["documentation"][0]["content"]
        for applied in (production, hobby)
        for values in applied.of_type("google_monitoring_alert_policy").values()
    }
    text = (ROOT / "docs/operations.md").read_text()
    told = set(re.findall(r"^### `([a-z_]+)`", text, re.MULTILINE))
    assert told == set(mails)
    for name, mail in mails.items():
        section = re.split(r"\n##+ ", text.partition(f"### `{name}`\n")[2])[0].strip()
        assert mail.startswith(section), name
        assert len(mail.encode()) < 8_192, name  # Google's limit


@pytest.mark.parametrize("profile", ["production", "hobby"])
def test_only_a_due_rotation_raises_its_alert(profile: str, request: pytest.FixtureRequest) -> None:
    """Secret Manager also reports new versions: the alert counts the subscription that receives only reminders."""
    applied: Applied = request.getfixturevalue(profile)
    subscription = applied.resources["google_pubsub_subscription.key_rotation"]
    assert subscription["filter"] == 'attributes.eventType = "SECRET_ROTATE"'
    assert subscription["topic"] == applied.resources["google_pubsub_topic.key_rotation"]["id"]
    condition = threshold(applied, "key_rotation_due")
    assert f'subscription_id="{subscription["name"]}"' in condition["filter"]
    assert "subscription/num_undelivered_messages" in condition["filter"]
    dead_letters = applied.resources["google_pubsub_subscription.dead_letter"]["name"]
    for waiting in (subscription["name"], dead_letters):  # they wait for the operator, which is no failure
        assert f'subscription_id!="{waiting}"' in threshold(applied, "events_late")["filter"]


def threshold(applied: Applied, alert: str) -> Values:
    policy = applied.resources[f'google_monitoring_alert_policy.alert["{alert}"]']
    condition: Values = policy["conditions"][0]["condition_threshold"][0]
    return condition


@pytest.mark.parametrize("profile", ["production", "hobby"])
def test_the_dashboard_is_valid(profile: str, request: pytest.FixtureRequest) -> None:
    applied: Applied = request.getfixturevalue(profile)
    dashboard = json.loads(applied.resources["google_monitoring_dashboard.overview"]["dashboard_json"])
    widgets = {each["title"]: each["xyChart"]["dataSets"][0] for each in dashboard["gridLayout"]["widgets"]}
    assert len(widgets) >= 8
    for title, data in widgets.items():
        if "prometheusQuery" in data["timeSeriesQuery"]:  # test_goals.py
            continue
        aggregation = data["timeSeriesQuery"]["timeSeriesFilter"]["aggregation"]
        series, across = aggregation["perSeriesAligner"], aggregation["crossSeriesReducer"]
        assert "PERCENTILE" not in series, f"{title}: percentiles of series cannot be combined"
        assert ("percentile" in title) == across.startswith("REDUCE_PERCENTILE"), title


def test_errors_are_counted_as_a_share_of_requests(production: Applied) -> None:
    """server_errors compares 5xx with all answers of the same service, and ignores one or two in a quiet night."""
    policy = production.resources['google_monitoring_alert_policy.alert["server_errors"]']
    share, number = (each["condition_threshold"][0] for each in policy["conditions"])
    assert policy["combiner"] == "AND"
    assert share["filter"].startswith(share["denominator_filter"])
    assert share["threshold_value"] < 1
    assert share["aggregations"] == share["denominator_aggregations"] == number["aggregations"]
    assert share["aggregations"][0]["group_by_fields"] == ["resource.label.service_name"]
    assert number["threshold_value"] > 0


def test_each_service_is_checked_every_minute(production: Applied, hobby: Applied) -> None:
    """A check reaches /ready of each service behind the load balancer, and site_down watches each check by itself."""
    checks = production.of_type("google_monitoring_uptime_check_config").values()
    reached = [route(production, "watch.example", each["http_check"][0]["path"]) for each in checks]
    services = {production.resources[each.backend]["name"] for each in reached}
    assert services == {f"watchparty-{name}" for name in ("auth", "rooms", "videos", "relay")}
    assert {each.path for each in reached} == {"/ready"}
    assert {each["period"] for each in checks} == {"60s"}
    down = threshold(production, "site_down")
    assert all(f'"{each["uptime_check_id"]}"' in down["filter"] for each in checks)
    assert down["aggregations"][0]["group_by_fields"] == ["metric.label.check_id"]
    (only,) = hobby.of_type("google_monitoring_uptime_check_config").values()
    assert only["http_check"][0]["path"] == "/ready"


def test_every_refused_request_is_logged(production: Applied) -> None:
    """The log is not sampled, and only lines for answered requests and secret addresses are dropped."""
    rates = {
        each["log_config"][0]["sample_rate"] for each in production.of_type("google_compute_backend_service").values()
    }
    assert rates == {1}
    dropped = production.resources["google_logging_project_exclusion.answered_by_a_service[0]"]["filter"]
    assert "httpRequest.status<400" in dropped
    sink = production.resources["google_logging_project_sink.security"]["filter"]
    assert 'enforcedSecurityPolicy.outcome="DENY"' in sink


def test_the_state_contains_no_secret_but_the_password_of_redis(outcome: Outcome) -> None:
    """Whatever Terraform creates with a value is in its state: keys come from `make deploy` instead."""
    of_values = re.compile(r"secret_version$|signed_url_key$|service_account_key$|_hmac_key$|^random_|^tls_")
    for (name, run), applied in outcome.runs.items():
        found = {address for address in applied.resources if of_values.search(address.partition(".")[0])}
        allowed = {f"google_secret_manager_secret_version.redis_{part}[0]" for part in ("url", "ca")}
        assert found == (allowed if name == "production" else set()), f"{name}: {run}"


def test_what_google_keeps_after_deletion_has_a_recipe(source: Path) -> None:
    """Custom roles, identity pools and Identity Platform: the page imports each by its address and name."""
    page = (ROOT / "docs" / "deployment.md").read_text().partition("### Deploying again")[2].partition("\n## ")[0]
    kept = r"google_project_iam_custom_role|google_iam_workload_identity_pool\w*|google_identity_platform_config"
    texts = [path.read_text() for path in source.glob("*.tf")]
    found = [
        (f"{kind}.{name}", re.search(r"(?:role_id|pool_id|provider_id)\s*= \"([\w-]+)\"", body), "count" in body)
        for text in texts
        for kind, name, body in re.findall(rf'resource "({kept})" "(\w+)" \{{\n(.*?)\n\}}', text, re.DOTALL)
    ]
    assert len(found) >= 6
    for address, name, counted in found:
        assert f"import '{address}[0]'" in page if counted else f"import {address} " in page, address
        assert name is None or name[1] in page, address
