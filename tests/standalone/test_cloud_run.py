"""Profile hobby: the standalone application with Google's adapters, as Terraform's environment builds it."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fakes.function_process import cloud_environment
from watchparty.bootstrap import Home, build_home
from watchparty.config import home_config
from watchparty_api.objects.gcs import GcsObjectStore
from watchparty_api.ports.jobs import CloudRunJobs
from watchparty_api.ports.playback_signing import HmacGrants
from watchparty_api.ports.relay import InProcessRelay
from watchparty_api.records import RelayLease

SITE = "https://watch.example"
OPTIONS = argparse.Namespace(host=None, port=None, data=None, no_browser=False, demo=False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    environ = cloud_environment(tmp_path / "keys", store_url=f"sqlite:///{tmp_path}/store.sqlite")
    cloud_run = {"PORT": "8080", "K_REVISION": "watchparty-00012-abc"}
    return build_home(home_config(OPTIONS, {"HOME": str(tmp_path), **cloud_run, **environ}))


@pytest.fixture
def browser(home: Home) -> Iterator[TestClient]:
    with TestClient(home.app, base_url=SITE, headers={"Origin": SITE}) as client:
        yield client


def test_everything_but_the_relay_is_googles(home: Home) -> None:
    """Films are in buckets and prepared by the job; notices stay in the process, and grants are our own."""
    services = home.services
    assert isinstance(services.objects, GcsObjectStore)
    assert isinstance(services.relay, InProcessRelay)
    assert isinstance(services.playback, HmacGrants)
    assert isinstance(services.jobs, CloudRunJobs)
    assert services.jobs.job == "projects/demo/locations/europe-west1/jobs/transcoder"


def test_one_origin_answers_page_api_and_socket(browser: TestClient) -> None:
    """Page, API and socket share one address."""
    assert browser.get("/ready").status_code == 200
    assert browser.get("/api/v1/config").json()["sign_in"] == "local"
    assert browser.get("/.well-known/jwks.json").json()["keys"]
    with browser.websocket_connect("/ws", subprotocols=["watchparty.v1"]) as socket:
        socket.send_json({"t": "hello", "v": 1, "token": "nonsense"})
        assert socket.receive_json()["code"] == "bad_token"


def test_nothing_accepts_events_or_films_on_the_public_port(browser: TestClient) -> None:
    """Originals go to the bucket; Google's events go to functions that accept no other callers."""
    for path in ("/upload/x", "/on_upload", "/events"):
        assert browser.post(path, json={}).status_code == 405


def test_the_setup_link_is_not_written_to_a_log(home: Home) -> None:
    assert home.setup_secret() is None


@pytest.mark.usefixtures("browser")
def test_the_rooms_lease_names_the_deployment(home: Home) -> None:
    """An instance of a newer deployment gets the rooms handed over. Without clients an instance takes no lease."""
    assert home.services.store.get(RelayLease, "rooms") is None
    home.relay.deliver({"t": "notice", "id": "n1", "room": "r", "kind": "remove", "participant_id": "p", "mver": 1})
    lease = home.services.store.get(RelayLease, "rooms")
    assert lease is not None
    assert (lease.term, lease.revision) == (1, 12)
