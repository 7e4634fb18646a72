"""Webhooks in a production: called over TLS at a public address, signed, and repeated after a failure."""

from collections.abc import Iterator
from contextlib import contextmanager

from cloud.http_server import http_server
from cloud.journey.site import Api, playable, upload
from cloud.namespace import HOOKS
from cloud.production import Production, in_a_loop
from cloud.reverse_proxy import Answer
from cloud.tls import tls_front
from e2e.films import copyable
from fakes.google.strict_gcs import Request
from fakes.integrator import Integrator
from fakes.waiting import eventually


@contextmanager
def listening(site: Production, statuses: list[int]) -> Iterator[Integrator]:
    """An integrator's server at hooks.example; it answers each call with the next status, at the end with 204."""
    integrator = Integrator(url="https://hooks.example/watchparty")

    def receive(request: Request) -> Answer:
        integrator.calls.append((request.headers, request.body))
        return Answer(statuses.pop(0) if statuses else 204)

    certificate = site.authority.issue("hooks.example")
    with http_server(receive) as port, in_a_loop(tls_front(HOOKS, certificate, http=port)):
        yield integrator


def test_a_refused_event_is_delivered_again(site: Production, admin: Api) -> None:
    """A film is ready: the first call is answered 503, the second a round later is the same event, and both carry a
    signature of the webhook's secret."""
    with listening(site, [503]) as integrator:
        hook = admin.call("POST", "/webhooks", json={"url": integrator.url, "events": ["video.ready"]})
        video_id = upload(admin, copyable(10))
        playable(admin, video_id)
        eventually("the event arrives", lambda: integrator.calls, within_s=30)
        assert integrator.verifies(hook["secret"])

        def repeated() -> bool:
            site.events.tick()
            return len(integrator.calls) > 1

        eventually("the event arrives again", repeated, within_s=60)
        assert integrator.verifies(hook["secret"])
        first, second = integrator.calls[:2]
        assert (first[0]["webhook-id"], first[1]) == (second[0]["webhook-id"], second[1])
        assert integrator.events[0]["data"]["video"]["id"] == video_id
        assert not Integrator(calls=integrator.calls).verifies("whsec_c29tZW9uZSBlbHNl")
        admin.call("DELETE", f"/webhooks/{hook['id']}")
