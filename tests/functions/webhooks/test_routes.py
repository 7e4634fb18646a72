"""The routes of webhooks: create, list without secrets, test, log, delete; each account only its own."""

import asyncio
from typing import Any

import pytest

from fakes.api_harness import ApiHarness, Person
from fakes.asgi import sending
from fakes.integrator import Integrator
from fakes.waiting import eventually_async

HOOKS = "/api/v1/webhooks"


def test_the_secret_is_shown_once(api: ApiHarness, owner: Person, webhook: dict[str, Any]) -> None:
    """The secret is in the creating answer, and in no list, no log and no export."""
    assert webhook["secret"].startswith("whsec_")
    for path in (HOOKS, f"{HOOKS}/{webhook['id']}/deliveries", "/api/v1/auth/me/export"):
        answer = api.client.get(path, headers=owner.headers)
        assert answer.status_code == 200
        assert webhook["secret"] not in answer.text
    assert [each["id"] for each in api.client.get(HOOKS, headers=owner.headers).json()["items"]] == [webhook["id"]]


def test_a_test_call_says_what_was_answered(
    api: ApiHarness, owner: Person, webhook: dict[str, Any], listener: Integrator
) -> None:
    """A test call is made immediately, signed with the secret, and logged."""
    answer = api.client.post(f"{HOOKS}/{webhook['id']}/test", headers=owner.headers).json()
    assert (answer["state"], answer["last_status"], answer["attempts"]) == ("delivered", 204, 1)
    assert [event["type"] for event in listener.events] == ["test"]
    assert listener.verifies(webhook["secret"])
    log = api.client.get(f"{HOOKS}/{webhook['id']}/deliveries", headers=owner.headers).json()["items"]
    assert [(each["event"], each["state"]) for each in log] == [("test", "delivered")]


def test_test_calls_are_counted(api: ApiHarness, owner: Person, webhook: dict[str, Any]) -> None:
    """Test calls are rate limited."""
    codes = [api.client.post(f"{HOOKS}/{webhook['id']}/test", headers=owner.headers).status_code for _ in range(7)]
    assert codes == [200] * 6 + [429]


def test_a_redelivery_sends_the_same_message_again(
    api: ApiHarness, owner: Person, webhook: dict[str, Any], listener: Integrator
) -> None:
    """Its id and its bytes are those of the first call, so that a receiver recognises it; the log has it once."""
    hook = f"{HOOKS}/{webhook['id']}"
    first = api.client.post(f"{hook}/test", headers=owner.headers).json()
    again = api.client.post(f"{hook}/deliveries/{first['id']}/redeliver", headers=owner.headers).json()
    assert (again["id"], again["state"], again["attempts"]) == (first["id"], "delivered", 2)
    (headers, body), (headers_again, body_again) = listener.calls
    assert (headers["webhook-id"], body) == (headers_again["webhook-id"], body_again)
    log = api.client.get(f"{hook}/deliveries", headers=owner.headers).json()["items"]
    assert [each["id"] for each in log] == [first["id"]]


def test_what_cannot_be_redelivered(api: ApiHarness, owner: Person, webhook: dict[str, Any]) -> None:
    """Deliveries that do not exist or belong to another webhook, a paused webhook, and more than the limit."""
    hook = f"{HOOKS}/{webhook['id']}"
    delivery = api.client.post(f"{hook}/test", headers=owner.headers).json()["id"]
    other = api.client.post(
        HOOKS, json={"url": webhook["url"], "events": ["video.ready"]}, headers=owner.headers
    ).json()

    def redelivered(of_hook: str, id_: str, who: Person = owner) -> tuple[int, str]:
        answer = api.client.post(f"{of_hook}/deliveries/{id_}/redeliver", headers=who.headers)
        return answer.status_code, answer.json().get("code", "")

    assert redelivered(hook, "missing") == (404, "delivery_not_found")
    assert redelivered(f"{HOOKS}/{other['id']}", delivery) == (404, "delivery_not_found")
    assert redelivered(hook, delivery, api.person("Otto")) == (404, "webhook_not_found")
    api.client.patch(hook, json={"active": False}, headers=owner.headers)
    assert redelivered(hook, delivery) == (409, "webhook_inactive")
    assert [redelivered(hook, delivery)[0] for _ in range(3)] == [409, 409, 429]


async def _eight_tests(api: ApiHarness, listener: Integrator, hooks: list[tuple[Person, str]]) -> tuple[list[int], int]:
    """The statuses of other calls while eight test calls wait, and how many test calls reached the integrator."""
    app, site = api.app, "https://watch.example"
    tests = [sending(app, "POST", f"{site}{HOOKS}/{id_}/test", who.headers) for who, id_ in hooks for _ in range(4)]
    for each in tests:
        await each.pieces.put({"type": "http.request", "body": b"", "more_body": False})
    await eventually_async("four test calls are waiting", lambda: len(listener.calls) >= 4)
    others = [await sending(app, "GET", f"{site}{HOOKS}", who.headers).end() for who, _ in hooks for _ in range(5)]
    reached = len(listener.calls)
    assert not any(each.answer.done() for each in tests)
    listener.may_answer.set()
    assert {(await each.answer).status for each in tests} == {200}
    return [each.status for each in others], reached


def test_test_calls_take_no_threads_from_the_api(
    api: ApiHarness, owner: Person, webhook: dict[str, Any], listener: Integrator
) -> None:
    """Four wait for an integrator that does not answer, further ones for these; every other call is answered."""
    other = api.person("Otto")
    body = {"url": listener.url, "events": ["video.ready"]}
    second = api.client.post(HOOKS, json=body, headers=other.headers).json()
    listener.may_answer.clear()
    hooks = [(owner, webhook["id"]), (other, second["id"])]
    assert asyncio.run(_eight_tests(api, listener, hooks)) == ([200] * 10, 4)


def test_another_accounts_webhook_looks_missing(api: ApiHarness, webhook: dict[str, Any]) -> None:
    """Other accounts get 404 for a webhook's log, test and deletion."""
    other = api.person("Otto").headers
    path = f"{HOOKS}/{webhook['id']}"
    assert api.client.get(f"{path}/deliveries", headers=other).status_code == 404
    assert api.client.post(f"{path}/test", headers=other).status_code == 404
    assert api.client.delete(path, headers=other).status_code == 404


def test_a_deleted_webhook_gets_no_calls_and_leaves_no_log(
    api: ApiHarness, owner: Person, webhook: dict[str, Any], listener: Integrator
) -> None:
    """Deleting a webhook stops its deliveries and deletes its log."""
    api.client.post(f"{HOOKS}/{webhook['id']}/test", headers=owner.headers)
    assert api.client.delete(f"{HOOKS}/{webhook['id']}", headers=owner.headers).status_code == 204
    assert api.client.get(f"{HOOKS}/{webhook['id']}/deliveries", headers=owner.headers).status_code == 404
    assert 'webhooks":[]' in api.client.get("/api/v1/auth/me/export", headers=owner.headers).text


def test_a_deleted_account_leaves_no_webhook(api: ApiHarness, owner: Person, webhook: dict[str, Any]) -> None:
    """Deleting an account deletes its webhooks."""
    assert api.client.request("DELETE", "/api/v1/auth/me", json={}, headers=owner.headers).status_code == 204
    again = api.person("Olga").headers
    assert api.client.post(f"{HOOKS}/{webhook['id']}/test", headers=again).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "ftp://integrator.example/",
        "https://",
        "https://user:secret@integrator.example/",
        "https://integrator.example:99999/",
        "javascript:alert(1)",
        "https://integrator.example/ with space",
    ],
)
def test_an_address_that_cannot_be_called_is_refused(api: ApiHarness, owner: Person, url: str) -> None:
    """An invalid URL answers 422, and nothing is stored."""
    body = {"url": url, "events": ["video.ready"]}
    assert api.client.post(HOOKS, json=body, headers=owner.headers).status_code == 422


def test_ten_are_enough_and_temporary_accounts_have_none(api: ApiHarness, owner: Person) -> None:
    """The eleventh webhook answers 409, and temporary accounts cannot have any."""
    body = {"url": "https://integrator.example", "events": ["video.ready"]}
    codes = [api.client.post(HOOKS, json=body, headers=owner.headers).status_code for _ in range(11)]
    assert codes == [201] * 10 + [409]
    passing = api.person("Tom", temporary=True).headers
    assert api.client.post(HOOKS, json=body, headers=passing).json()["code"] == "temporary"


def test_api_tokens_need_the_scope(api: ApiHarness, owner: Person, webhook: dict[str, Any]) -> None:
    """The scope `webhooks:read` allows listing, but not deleting."""
    wish = {"name": "script", "scopes": ["webhooks:read"]}
    token = api.client.post("/api/v1/auth/me/tokens", json=wish, headers=owner.headers).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert api.client.get(HOOKS, headers=bearer).status_code == 200
    assert api.client.delete(f"{HOOKS}/{webhook['id']}", headers=bearer).json()["code"] == "missing_scope"
