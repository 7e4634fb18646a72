"""From events in rooms and films to the integrator's server: each delivered once, with a limited number of retries."""

from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from fakes.api_harness import SITE, ApiHarness, Person, build_harness
from fakes.clock import SteppedClock
from fakes.function_ports import RecordingDeliveryQueue
from fakes.integrator import Integrator
from fakes.local_server import serving
from fakes.party import Party, film
from watchparty_api.config import Config
from watchparty_api.errors import BadEvent
from watchparty_api.maintenance import delete_expired, run_cloud_tasks
from watchparty_api.records import Delivery, Webhook
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.store.queries import DELIVERIES_OF_WEBHOOK
from watchparty_api.web.cloud_events import due_deliveries
from watchparty_api.webhooks.delivery import RETRIES, deliver, deliver_due
from watchparty_api.webhooks.outbox import store_video


def woken(api: ApiHarness) -> list[str]:
    assert isinstance(api.services.delivery_queue, RecordingDeliveryQueue)
    return api.services.delivery_queue.due


def session(party: Party, kind: str, n: int, total: int) -> dict[str, Any]:
    return {
        "id": f"{party.id}:{n}",
        "room": party.id,
        "epoch": 1,
        "at": party.api.clock().isoformat(),
        "kind": kind,
        "participant_id": "p1",
        "name": "Ana",
        "total": total,
    }


@pytest.fixture
def room(api: ApiHarness, owner: Person, webhook: dict[str, Any]) -> Party:
    from fakes.party import Browser

    host = Browser(api, owner)
    return Party(api, host, host.ask("POST", "/rooms", {"name": "Kino"}).json())


def test_joining_and_leaving_are_reported_from_the_first_person_to_the_last(
    api: ApiHarness, room: Party, listener: Integrator
) -> None:
    """The first to join starts the session, the last to leave ends it; each joining and leaving is reported."""
    events = [
        session(room, "session_started", 1, 1),
        session(room, "session_started", 2, 2),
        session(room, "session_ended", 3, 1),
        session(room, "session_ended", 4, 0),
    ]
    ingest(api.services, events)
    ingest(api.services, events)  # at least once: here twice
    assert deliver_due(api.services) == 6
    assert sorted(event["type"] for event in listener.events) == [
        *("participant.joined", "participant.joined", "participant.left", "participant.left"),
        *("room.ended", "room.started"),
    ]
    joined = next(event for event in listener.events if event["type"] == "participant.joined")
    assert joined["data"]["room"] == {"id": room.id, "name": "Kino"}
    assert joined["data"]["participant"] == {"id": "p1", "name": "Ana"}


def test_a_film_is_reported_when_it_is_ready_or_failed(
    api: ApiHarness, owner: Person, webhook: Any, listener: Any
) -> None:
    """A film is reported when it is ready or has failed, and only to its owner's webhooks."""
    video = film(api, owner, status="processing")
    video = store_video(api.services, video, replace(video, progress=0.5))
    video = store_video(api.services, video, replace(video, status="ready"))
    other = film(api, api.person("Otto"), status="processing")
    store_video(api.services, other, replace(other, status="ready"))
    assert len(woken(api)) == 1
    assert deliver(api.services, woken(api)) == 1
    assert [event["type"] for event in listener.events] == ["video.ready"]
    assert listener.events[0]["data"]["video"]["id"] == video.id


def test_a_suspended_account_gets_no_deliveries(
    api: ApiHarness, owner: Person, room: Party, webhook: Any, listener: Any
) -> None:
    """A suspended account gets no more deliveries, although its room may continue."""
    api.services.store.replace(replace(owner.account, suspended=True))
    ingest(api.services, [session(room, "session_started", 1, 1)])
    assert deliver_due(api.services) == 0
    assert listener.calls == []


def test_two_wake_ups_call_once(api: ApiHarness, owner: Person, webhook: Any, listener: Integrator) -> None:
    """A repeated wake-up, or a maintenance round at the same time, does not call twice."""
    video = film(api, owner, status="processing")
    store_video(api.services, video, replace(video, status="failed", failure={"code": "corrupt", "message": "…"}))
    deliver(api.services, woken(api) * 2)
    run_cloud_tasks(api.services)
    assert [event["type"] for event in listener.events] == ["video.failed"]


def test_a_retry_that_was_planned_with_a_wrong_clock_is_made(
    api: ApiHarness, owner: Person, webhook: Any, listener: Integrator
) -> None:
    """After the clock has been put back forty days, a delivery does not wait forty days."""
    api.clock.jump(days=40)
    listener.status = 500
    video = film(api, owner, status="processing")
    store_video(api.services, video, replace(video, status="ready"))
    assert deliver_due(api.services) == 0
    api.clock.jump(days=-40)
    listener.status = 200
    assert deliver_due(api.services) == 1


def test_failures_are_tried_again_ever_later_and_then_given_up(
    api: ApiHarness, owner: Person, webhook: Any, listener: Integrator
) -> None:
    """Retries wait for their time, keep the id, and stop after two days."""
    listener.status = 500
    video = film(api, owner, status="processing")
    store_video(api.services, video, replace(video, status="ready"))
    assert deliver_due(api.services) == 0
    for wait in RETRIES:
        before = len(listener.calls)
        api.clock.advance(seconds=wait.total_seconds() - 1)
        deliver_due(api.services)
        assert len(listener.calls) == before
        api.clock.advance(seconds=1)
        deliver_due(api.services)
        assert len(listener.calls) == before + 1
    api.clock.advance(seconds=timedelta(days=3).total_seconds())
    deliver_due(api.services)
    assert len(listener.calls) == len(RETRIES) + 1
    assert len({headers["webhook-id"] for headers, _ in listener.calls}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in listener.calls}) == len(listener.calls)
    found = api.services.store.get(Delivery, woken(api)[0])
    assert found is not None
    assert (found.state, found.last_status) == ("failed", 500)


class TestOnEveryStore:
    @pytest.fixture
    def config(self, store_url: str, keys_dir: Path) -> Config:
        return Config(public_url=SITE, store_url=store_url, keys_dir=str(keys_dir))

    def test_every_attempt_of_a_delivery_has_the_same_bytes(
        self, api: ApiHarness, owner: Person, room: Party, webhook: Any, listener: Integrator
    ) -> None:
        """Retries have the same body, also from another process, and so does a call that was made but not recorded."""
        listener.status = 500
        video = film(api, owner, status="processing")
        store_video(api.services, video, replace(video, status="failed", failure={"code": "corrupt", "message": "…"}))
        ingest(api.services, [session(room, "session_started", 1, 1)])
        for wait in RETRIES[:3]:
            deliver_due(api.services)
            api.clock.advance(seconds=wait.total_seconds())
        listener.status = 204
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as another:  # Firestore's order differs by process
            assert another.submit(_deliver, api.services.config, api.clock()).result() == 3
        for before in api.services.store.query_all(DELIVERIES_OF_WEBHOOK, webhook["id"]):
            api.services.store.replace(replace(before, state="waiting", due_at=api.clock()))
        assert deliver_due(api.services) == 3
        bodies = defaultdict[str, list[bytes]](list)
        for headers, body in listener.calls:
            bodies[headers["webhook-id"]].append(body)
        assert [len(each) > 2 for each in bodies.values()] == [True] * 3
        assert [len(set(each)) for each in bodies.values()] == [1, 1, 1]


def _deliver(config: Config, now: datetime) -> int:
    return deliver_due(build_harness(config, SteppedClock(now)).services)


def test_the_order_in_which_a_store_returns_keys_does_not_matter(
    api: ApiHarness, owner: Person, webhook: Any, listener: Integrator
) -> None:
    """A delivery whose keys are stored in another order, at any depth, is sent as the same bytes."""
    listener.status = 500
    video = film(api, owner, status="processing")
    store_video(api.services, video, replace(video, status="failed", failure={"code": "corrupt", "message": "…"}))
    deliver_due(api.services)
    (before,) = api.services.store.query_all(DELIVERIES_OF_WEBHOOK, webhook["id"])
    api.services.store.replace(replace(before, body=_reversed(before.body), due_at=api.clock()))
    deliver_due(api.services)
    first, second = (body for _, body in listener.calls)
    assert second == first


def _reversed(value: Any) -> Any:
    return {key: _reversed(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


def test_a_redirect_is_not_followed(api: ApiHarness, owner: Person, webhook: Any, listener: Integrator) -> None:
    """A redirect is not followed, because its target has not been checked."""
    listener.status = 302
    answer = api.client.post(f"/api/v1/webhooks/{webhook['id']}/test", headers=owner.headers).json()
    assert (answer["state"], answer["last_status"]) == ("waiting", 302)


def test_gone_deactivates_the_webhook(api: ApiHarness, owner: Person, webhook: Any, listener: Integrator) -> None:
    """410 Gone deactivates the webhook."""
    listener.status = 410
    api.client.post(f"/api/v1/webhooks/{webhook['id']}/test", headers=owner.headers)
    stored = api.services.store.get(Webhook, webhook["id"])
    assert stored is not None
    assert stored.active is False
    video = film(api, owner, status="processing")
    store_video(api.services, video, replace(video, status="ready"))
    assert woken(api) == []


def test_deliveries_are_deleted_after_thirty_days(api: ApiHarness, owner: Person, webhook: Any) -> None:
    """Deliveries are deleted after 30 days, because they contain names."""
    api.client.post(f"/api/v1/webhooks/{webhook['id']}/test", headers=owner.headers)
    api.clock.advance(seconds=timedelta(days=31).total_seconds())
    delete_expired(api.services)
    session = api.sign_in(owner.account)
    log = api.client.get(f"/api/v1/webhooks/{webhook['id']}/deliveries", headers=session.headers)
    assert log.json()["items"] == []


@pytest.mark.parametrize(
    "content",
    [b"{}", b'{"v": 1}', b'{"v": 1, "deliveries": [1]}', b'{"v": 1, "deliveries": "a"}', b"[" * 100_000],
    ids=["nothing", "no ids", "numbers", "a text", "too deep"],
)
def test_a_wake_up_that_cannot_be_read_is_refused(content: bytes) -> None:
    """An invalid wake-up raises BadEvent, and so ends in the dead-letter topic."""
    from base64 import b64encode

    with pytest.raises(BadEvent):
        due_deliveries({"message": {"data": b64encode(content).decode()}})


def registered(api: ApiHarness, person: Person, url: str) -> str:
    body = {"url": url, "events": ["video.ready"]}
    made: dict[str, Any] = api.client.post("/api/v1/webhooks", json=body, headers=person.headers).json()
    return str(made["id"])


def waiting_for(api: ApiHarness, webhook_id: str) -> list[tuple[int, timedelta]]:
    """Attempts and delay until the next one, per delivery that waits for a webhook."""
    found = api.services.store.query(DELIVERIES_OF_WEBHOOK, webhook_id).items
    return [(each.attempts, each.due_at - api.clock()) for each in found if each.state == "waiting"]


def test_a_failing_webhook_is_called_once_per_round(api: ApiHarness, owner: Person, listener: Integrator) -> None:
    """A webhook that fails is called once per round; its other deliveries are postponed; other webhooks are not."""
    dead = registered(api, owner, "http://127.0.0.1:9/")
    other = api.person("Otto")
    registered(api, other, listener.url)
    for person in (owner, owner, owner, other):
        video = film(api, person, status="processing")
        store_video(api.services, video, replace(video, status="ready"))
    assert deliver_due(api.services) == 1
    assert len(listener.calls) == 1
    assert sorted(waiting_for(api, dead)) == [(0, RETRIES[0]), (0, RETRIES[0]), (1, RETRIES[0])]


def test_a_slow_webhook_keeps_no_other_waiting(api: ApiHarness, owner: Person) -> None:
    """Webhooks are called concurrently: here one answers only after the other has been called."""
    arrived = Barrier(2, timeout=5)

    class Together(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            arrived.wait()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Suppresses the log lines."""

    with serving(Together) as one, serving(Together) as another:
        for address in (one, another):
            registered(api, owner, f"http://{address}/")
        video = film(api, owner, status="processing")
        store_video(api.services, video, replace(video, status="ready"))
        assert deliver_due(api.services) == 2
