"""Traces of requests in Google's Telemetry API."""

import itertools

from cloud.journey.site import Api
from cloud.production import Production
from fakes.waiting import eventually


def test_a_trace_has_reached_google_when_the_answer_arrives(site: Production, admin: Api) -> None:
    """The function sends its account's token, and its span before the answer: afterwards it has no CPU.

    The first request of an instance also fetches the token, which may take longer than an answer waits.
    """
    before, calls = site.spans.count("GET /videos"), itertools.count(1)

    def all_have_arrived() -> bool:
        admin.call("GET", "/videos")
        return site.spans.count("GET /videos") == before + next(calls)

    eventually("every answer came after its span", all_have_arrived, within_s=30)
