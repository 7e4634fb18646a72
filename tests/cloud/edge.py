"""The load balancer: TLS, Cloud Armor, the URL map, Cloud CDN before buckets, and the way to Cloud Run.

https://cloud.google.com/load-balancing/docs/https (2026-11)
"""

import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from cloud import url_map
from cloud.armor import Armor
from cloud.cdn import BadSignature, Cdn, Stored
from cloud.iam import ANYONE, Policy
from cloud.plan import LOAD_BALANCER, NUMBER
from cloud.reverse_proxy import Answer, Decide, Forward, Headers, Request
from fakes.google.strict_gcs import Held, StrictGcs
from terraform.applied import Applied, Values

CDN_FILL = f"serviceAccount:service-{NUMBER}@cloud-cdn-fill.iam.gserviceaccount.com"
FILMS_POLICY = "watchparty-films"
"""The policy whose rules Terraform ignores after it has created it: `lifecycle` is in no plan."""
MOST_CDN_KEYS = 3
"""Of one backend at a time. https://cloud.google.com/cdn/docs/using-signed-cookies"""
_SIGNED_URL = re.compile(r"[?&](Signature|URLPrefix)=")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class Edge:
    """One point of presence. `ports` are the fronts of the Cloud Run services by name."""

    applied: Applied
    policy: Policy
    gcs: StrictGcs
    ports: Mapping[str, int]
    log: list[str] = field(default_factory=list)
    changed_rules: dict[str, dict[int, str]] = field(default_factory=dict)
    """Policy → priority → action: what was changed through Google's API. Another `apply` keeps it (budget.tf)."""
    signed_url_keys: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Backend bucket → name → value: what `make deploy` added with gcloud. Another `apply` keeps it."""
    _cdns: dict[str, Cdn] = field(default_factory=dict)
    _armors: dict[str, Armor] = field(default_factory=dict)

    def apply(self, applied: Applied) -> None:
        """Another state of the plan, with its rules; keys, caches and counters stay."""
        self.applied = applied
        policies = applied.of_type("google_compute_security_policy").values()
        planned = {each["name"]: {rule["priority"]: rule["action"] for rule in each["rule"]} for each in policies}
        kept = {name: self.changed_rules.get(name, rules) for name, rules in planned.items() if name == FILMS_POLICY}
        self.changed_rules.clear()
        self.changed_rules.update(kept)

    def __post_init__(self) -> None:
        self.apply(self.applied)

    def add_signed_url_key(self, backend: str, name: str, value: str) -> None:
        """As Google's API: a name has one value, and a backend few names."""
        buckets = {each["name"] for each in self.applied.of_type("google_compute_backend_bucket").values()}
        assert backend in buckets, f"there is no backend bucket {backend}"
        keys = self.signed_url_keys.setdefault(backend, {})
        assert name not in keys, f"{backend} has a key {name}"
        keys[name] = urlsafe_b64decode(value)
        assert len(keys) <= MOST_CDN_KEYS, f"{backend} has more than {MOST_CDN_KEYS} keys"

    def decide(self) -> Decide:
        async def balance(request: Request) -> Answer | Forward:
            decision = self._decide(request)
            shown = decision.status if isinstance(decision, Answer) else "→"
            self.log.append(f"{request.method} {request.path} {shown}")
            return decision

        return balance

    def _decide(self, request: Request) -> Answer | Forward:
        host = (request.header("host") or "").partition(":")[0]
        route = url_map.route(self.applied, host, request.path)
        backend = self.applied.resources[route.backend]
        if route.backend.startswith("google_compute_backend_service"):
            return self._to_service(backend, request, route.path)
        found = self._from_bucket(backend, request, route.path)
        if found.status in route.error_codes and route.error_page is not None:
            page = self._from_bucket(backend, request, route.error_page)
            return Answer(200, page.body, page.headers)
        return found

    # ---- Cloud Run

    def _to_service(self, backend: Values, request: Request, path: str) -> Answer | Forward:
        armor = self._armor(backend["security_policy"])
        if armor and (status := armor.refuses(method=request.method, path=request.path, address=request.peer)):
            return Answer(status, b"refused\n")
        service = self._service(backend)
        forwarded = [request.header("x-forwarded-for"), request.peer, LOAD_BALANCER]
        seen = request.with_path(path).with_headers(
            x_forwarded_for=", ".join(filter(None, forwarded)), x_forwarded_proto="https", via="1.1 google"
        )
        return Forward(self.ports[service], seen)

    def _service(self, backend: Values) -> str:
        (group,) = backend["backend"]
        for values in self.applied.of_type("google_compute_region_network_endpoint_group").values():
            if values["id"] == group["group"]:
                return str(values["cloud_run"][0]["service"])
        raise AssertionError(f"{backend['name']} leads to no network endpoint group")

    def _armor(self, policy_id: str) -> Armor | None:
        for address, values in self.applied.of_type("google_compute_security_policy").items():
            if values["id"] == policy_id:
                armor = self._armors.setdefault(address, Armor([], time.monotonic))
                changed = self.changed_rules.get(values["name"], {})
                armor.rules = [
                    {**rule, "action": changed.get(rule["priority"], rule["action"])} for rule in values["rule"]
                ]
                return armor
        return None

    # ---- buckets

    def _from_bucket(self, backend: Values, request: Request, path: str) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return Answer(405, b"")
        edge_policy = self._armor(backend["edge_security_policy"])
        if edge_policy and (
            status := edge_policy.refuses(method=request.method, path=request.path, address=request.peer)
        ):
            return Answer(status, b"")
        url = f"https://{request.header('host')}{request.path}"
        added = [tuple(each.split(": ", 1)) for each in backend["custom_response_headers"] or []]
        if not backend["enable_cdn"]:  # no cookie is verified, and nothing is cached
            found = self._object(backend["bucket_name"], path, signed=False)
            return _ranged(found, request.header("range"), [*found.headers, *added])
        cdn = self._cdn(backend)
        if _SIGNED_URL.search(request.target):
            return Answer(403, b"the box issues no signed URLs, so none is valid\n")
        try:
            signed = cdn.is_signed(url, request.header("cookie"))
        except BadSignature as error:
            return Answer(403, f"{error}\n".encode())
        stored = cdn.get(url, signed=signed, origin=lambda: self._object(backend["bucket_name"], path, signed=signed))
        return _ranged(stored, request.header("range"), [*stored.headers, *added])

    def _object(self, bucket: str, path: str, *, signed: bool) -> Stored:
        """The URL's path is the object's name. Cloud CDN fills signed requests in its own name."""
        name = unquote(path).removeprefix("/") or self._main_page(bucket)
        member = CDN_FILL if signed else ANYONE
        if not self.policy.allows(member, "storage.objects.get", bucket):
            return Stored(403, [], b"<Error><Code>AccessDenied</Code></Error>")
        held = self.gcs.objects.get((bucket, name))
        if held is None:
            may_list = self.policy.allows(member, "storage.objects.list", bucket)
            return Stored(404 if may_list else 403, [], b"<Error><Code>NoSuchKey</Code></Error>")
        return Stored(200, _object_headers(held), held.content)

    def _main_page(self, bucket: str) -> str:
        for values in self.applied.of_type("google_storage_bucket").values():
            if values["name"] == bucket and values["website"]:
                return str(values["website"][0]["main_page_suffix"])
        return ""

    def _cdn(self, backend: Values) -> Cdn:
        (policy,) = backend["cdn_policy"]
        assert policy["negative_caching"] is False, "the box imitates no negative caching"
        assert policy["cache_mode"] == "USE_ORIGIN_HEADERS", "the box imitates no other cache mode"
        cdn = self._cdns.setdefault(backend["name"], Cdn({}, 0, time.time))
        cdn.signed_max_age_s = policy["signed_url_cache_max_age_sec"] or 0
        cdn.keys = self.signed_url_keys.get(backend["name"], {})
        return cdn


def _object_headers(held: Held) -> Headers:
    control = held.cache_control or "public, max-age=3600"  # what Cloud Storage says of public objects otherwise
    return [("content-type", held.content_type), ("cache-control", control), ("etag", f'"{held.generation}"')]


def _ranged(stored: Stored, wanted: str | None, headers: list[Any]) -> Answer:
    match = _RANGE.fullmatch(wanted or "")
    if stored.status != 200 or match is None:
        return Answer(stored.status, stored.body, [*headers, ("accept-ranges", "bytes")])
    size = len(stored.body)
    first, last = int(match[1]), min(int(match[2] or size), size - 1)
    if first > last:
        return Answer(416, b"", [("content-range", f"bytes */{size}")])
    return Answer(206, stored.body[first : last + 1], [*headers, ("content-range", f"bytes {first}-{last}/{size}")])
