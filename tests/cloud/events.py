"""What calls the event functions: Pub/Sub's push subscriptions, Eventarc for the bucket, Cloud Scheduler.

The emulator pushes without a token and ignores dead letters' permissions, so messages are pulled from it and pushed
here: with an identity token for the audience in the plan, retried with the plan's backoff, and set aside as the plan
says. https://cloud.google.com/pubsub/docs/push, https://cloud.google.com/eventarc/docs/cloudevents (2026-11)
"""

import base64
import json
import threading
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from google.api_core.exceptions import DeadlineExceeded, GoogleAPICallError
from google.cloud import pubsub_v1

from cloud.iam import Denied, Policy
from cloud.identities import Identities
from cloud.plan import NUMBER, PROJECT
from terraform.applied import Applied, Values

PUSH_WITHIN_S = 300.0
ACKNOWLEDGES = (102, 200, 201, 202, 204)
"""The statuses that acknowledge a push. https://cloud.google.com/pubsub/docs/push"""
PUBSUB = f"serviceAccount:service-{NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com"
BILLING = "serviceAccount:billing-budget-alert@system.gserviceaccount.com"
STORAGE = f"serviceAccount:service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com"

_OPENER = urllib.request.OpenerDirector()
"""Follows no redirects, like Pub/Sub: one is a refusal."""
for _handler in (urllib.request.HTTPHandler, urllib.request.HTTPErrorProcessor, urllib.request.HTTPDefaultErrorHandler):
    _OPENER.add_handler(_handler())


@dataclass
class Events:
    """Runs until `close`. `ports` are the fronts of the functions by their plan's name."""

    applied: Applied
    identities: Identities
    policy: Policy
    ports: Mapping[str, int]
    emulator: str
    refused: list[str] = field(default_factory=list)
    """One line per push that a function did not accept."""
    dead: list[dict[str, Any]] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def open(self) -> None:
        """Creates topics and subscriptions as planned. PUBSUB_EMULATOR_HOST has to name the emulator."""
        publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
        for topic in self.applied.of_type("google_pubsub_topic").values():
            publisher.create_topic(name=topic["id"])
        for values in self.applied.of_type("google_pubsub_subscription").values():
            name = subscriber.subscription_path(PROJECT, values["name"])
            topic = values["topic"] if "/" in values["topic"] else publisher.topic_path(PROJECT, values["topic"])
            subscriber.create_subscription(name=name, topic=topic, ack_deadline_seconds=values["ack_deadline_seconds"])
            if values["push_config"]:
                self._start(self._push_all, name, values)

    def close(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _start(self, run: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    # ---- Pub/Sub

    def _push_all(self, subscription: str, values: Values) -> None:
        subscriber = pubsub_v1.SubscriberClient()
        attempts: dict[str, int] = {}
        while not self._over.is_set():
            try:
                pulled = subscriber.pull(subscription=subscription, max_messages=10, timeout=1)
            except (DeadlineExceeded, GoogleAPICallError):
                continue
            for received in pulled.received_messages:
                self._start(self._push_one, subscriber, subscription, values, received, attempts)

    def _push_one(
        self, subscriber: Any, subscription: str, values: Values, received: Any, attempts: dict[str, int]
    ) -> None:
        message = received.message
        (policy,) = values["dead_letter_policy"]
        (retry,) = values["retry_policy"]
        backoff_s = float(retry["minimum_backoff"].removesuffix("s"))
        while not self._over.is_set():
            number = attempts[message.message_id] = attempts.get(message.message_id, 0) + 1
            if self._pushed(values, message):
                break
            if number >= policy["max_delivery_attempts"] and self._may_set_aside(values, policy):
                self.dead.append({"subscription": values["name"], "data": message.data})
                break
            self._over.wait(backoff_s)
            backoff_s = min(backoff_s * 2, float(retry["maximum_backoff"].removesuffix("s")))
        subscriber.acknowledge(subscription=subscription, ack_ids=[received.ack_id])

    def _may_set_aside(self, values: Values, policy: Values) -> bool:
        """Otherwise the message is delivered again."""
        topic = policy["dead_letter_topic"].rpartition("/")[2]
        name = values["name"]
        return self._may(PUBSUB, "pubsub.topics.publish", topic) and self._may(
            PUBSUB, "pubsub.subscriptions.consume", name
        )

    def _pushed(self, values: Values, message: Any) -> bool:
        (push,) = values["push_config"]
        (oidc,) = push["oidc_token"]
        if not self._may(PUBSUB, "iam.serviceAccounts.getOpenIdToken", oidc["service_account_email"]):
            return False
        envelope = {
            "subscription": f"projects/{PROJECT}/subscriptions/{values['name']}",
            "message": {
                "data": base64.b64encode(message.data).decode(),
                "attributes": dict(message.attributes),
                "messageId": message.message_id,
                "message_id": message.message_id,
                "publishTime": message.publish_time.rfc3339(),
                "publish_time": message.publish_time.rfc3339(),
            },
        }
        token = self.identities.identity_token(oidc["service_account_email"], oidc["audience"])
        within_s = values["ack_deadline_seconds"]
        return self._call(push["push_endpoint"], json.dumps(envelope).encode(), token, {}, within_s=within_s)

    def _may(self, member: str, permission: str, resource: str) -> bool:
        try:
            self.policy.require(member, permission, resource)
        except Denied as error:
            self.refused.append(str(error))
            return False
        return True

    def _call(
        self, url: str, body: bytes, token: str, headers: Mapping[str, str], *, within_s: float = PUSH_WITHIN_S
    ) -> bool:
        parts = urlsplit(url)
        name = parts.netloc.partition(".")[0].rpartition("-")[0]  # NAME-PROJECTNUMBER.REGION.run.app
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports[name]}{parts.path or '/'}",
            data=body,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}", **headers},
        )
        try:
            with _OPENER.open(request, timeout=within_s) as answer:
                return answer.status in ACKNOWLEDGES
        except HTTPError as error:
            self.refused.append(f"{name}: {error.code} {error.read()[:300]!r}")
        except (URLError, OSError) as error:
            self.refused.append(f"{name}: {error!r}")
        return False

    # ---- Eventarc

    def finalized(self, resource: Mapping[str, Any]) -> None:
        """Cloud Storage's event for an object, to the functions whose triggers it matches.

        Cloud Storage has to be allowed to publish, and the trigger's account to receive.
        https://cloud.google.com/eventarc/standard/docs/run/route-trigger-cloud-storage (2026-11)
        """
        for trigger in self.applied.of_type("google_eventarc_trigger").values():
            criteria = {each["attribute"]: each["value"] for each in trigger["matching_criteria"]}
            wanted = {"type": "google.cloud.storage.object.v1.finalized", "bucket": resource["bucket"]}
            allowed = self._may(STORAGE, "pubsub.topics.publish", "project") and self._may(
                f"serviceAccount:{trigger['service_account']}", "eventarc.events.receiveEvent", "project"
            )
            if criteria == wanted and allowed:
                self._start(self._deliver, trigger, dict(resource))

    def _deliver(self, trigger: Values, resource: dict[str, Any]) -> None:
        service = trigger["destination"][0]["cloud_run_service"][0]["service"]
        services = self.applied.of_type("google_cloud_run_v2_service").values()
        (uri,) = [each["uri"] for each in services if each["name"] == service]
        headers = {
            "ce-id": f"{resource['bucket']}/{resource['name']}#{resource['generation']}",
            "ce-type": "google.cloud.storage.object.v1.finalized",
            "ce-source": f"//storage.googleapis.com/projects/_/buckets/{resource['bucket']}",
            "ce-subject": f"objects/{resource['name']}",
            "ce-specversion": "1.0",
            "ce-time": datetime.now(UTC).isoformat(),
        }
        token = self.identities.identity_token(trigger["service_account"], uri)
        backoff_s = 1.0
        while not self._over.is_set() and not self._call(uri, json.dumps(resource).encode(), token, headers):
            self._over.wait(backoff_s)
            backoff_s = min(backoff_s * 2, 600.0)

    # ---- Cloud Scheduler

    def tick(self) -> None:
        """The schedule's minute, now."""
        (job,) = self.applied.of_type("google_cloud_scheduler_job").values()
        (target,) = job["pubsub_target"]
        data = base64.b64decode(target["data"])
        pubsub_v1.PublisherClient().publish(target["topic_name"], data).result(timeout=20)

    # ---- Cloud Billing

    def report_cost(self, cost: float, *, month: str = "2026-11-01T07:00:00Z") -> None:
        """A notification of the plan's budget, as Google sends it several times a day whatever the cost is.

        https://cloud.google.com/billing/docs/how-to/budgets-programmatic-notifications#notification_format (2026-11)
        """
        (budget,) = self.applied.of_type("google_billing_budget").values()
        (rule,), (amount,) = budget["all_updates_rule"], budget["amount"]
        topic = rule["pubsub_topic"]
        self.policy.require(BILLING, "pubsub.topics.publish", topic.rpartition("/")[2])
        content = {
            "budgetDisplayName": budget["display_name"],
            "costAmount": cost,
            "costIntervalStart": month,
            "budgetAmount": float(amount["specified_amount"][0]["units"]),
            "budgetAmountType": "SPECIFIED_AMOUNT",
            "currencyCode": "EUR",
        }
        attributes = {
            "billingAccountId": budget["billing_account"],
            "budgetId": "1",
            "schemaVersion": rule["schema_version"],
        }
        publisher = pubsub_v1.PublisherClient()
        publisher.publish(topic, json.dumps(content).encode(), **attributes).result(timeout=20)
