"""The composition root of the box: starts every part of a production and connects them as the plan says.

Runs inside `cloud.namespace` only. Everything that Terraform decides is read from the plan; what the box adds is the
ground below: emulators, a real Redis, and processes instead of containers.
"""

import asyncio
import base64
import mimetypes
import os
import secrets
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.cloud import pubsub_v1

from cloud import plan
from cloud.apis import (
    Api,
    CloudRunJobs,
    CloudStorage,
    ComputeEngine,
    IamCredentials,
    PubSubRest,
    Telemetry,
    checked,
    grpc_front,
    secret_manager,
)
from cloud.authority import Authority
from cloud.cloud_run import Instance, Job, Service, World, fronts
from cloud.edge import Edge
from cloud.events import Events
from cloud.http_server import http_server
from cloud.iam import Policy
from cloud.identities import Identities, metadata_server
from cloud.internal import Internal
from cloud.namespace import ADDRESSES, RELAY, SITE
from cloud.reverse_proxy import serving
from cloud.tls import tls_front
from cloud.workloads import RELAY_SERVICE, Workloads, job_of, newest_public_keys
from fakes.google.emulators import firestore_command, free_port, pubsub_command, running
from fakes.google.strict_gcs import Held, StrictGcs
from terraform.applied import ROOT, Applied
from watchparty_api.identity.keys import new_family

sys.path.append(str(ROOT / "terraform" / "deploy"))  # its modules are imported where the box deploys as they do
REDIS = ("127.0.1.9", 6378)
OPERATOR = "operator@example.org"
"""Owner of the project: whoever ran Terraform."""
_FUNCTION = "google_cloud_run_v2_service.function"


def why_not() -> str | None:
    """What this machine lacks for a production in a box, or None."""
    parts = {
        "terraform": shutil.which("terraform"),
        "firestore emulator": firestore_command(1),
        "pubsub emulator": pubsub_command(1),
    }
    return next((f"{name}: not on this machine" for name, there in parts.items() if not there), None)


@dataclass
class Production:
    """A running production. Created by `production`."""

    applied: Applied
    authority: Authority
    world: World
    edge: Edge
    internal: Internal
    gcs: StrictGcs
    events: Events
    services: dict[str, Service]
    job: Job
    planner: plan.Planner
    workloads: Workloads
    choices: plan.Choices
    firestore: str
    """HOST:PORT of the emulator, for what an operator does to the database outside Terraform."""
    calls: dict[str, dict[str, int]] = field(default_factory=dict)
    """How often each gRPC method was called, by API."""
    spans: list[str] = field(default_factory=list)
    """Names of the traced requests that reached Google, in order."""

    @property
    def relays(self) -> list[Instance]:
        return self.services[RELAY_SERVICE].instances

    @contextmanager
    def changed(self, **variables: Any) -> Iterator[None]:
        """The edge after an `apply` with other variables, until the end of the block. Processes stay as they are."""
        before = self.applied
        self._apply(self.planner.applied(self.choices.with_variables(**variables)))
        try:
            yield
        finally:
            self._apply(before)

    def deploy(self, choices: plan.Choices) -> None:
        """`make deploy` of other choices: new revisions, then the traffic, then SIGTERM to the old instances.

        On Cloud Run an old relay would first have two minutes in which it moves its clients unasked.
        https://cloud.google.com/run/docs/container-contract (2026-11). Raises AssertionError if a new revision does not
        start.
        """
        applied = self.planner.applied(choices)
        _add_cdn_keys(self.edge, choices)
        self.world.policy.apply(self.applied, applied)
        retired = self.workloads.deploy(self.services, self.applied, applied)
        self._apply(applied)
        _remove_other_cdn_keys(self.edge, choices)
        self.choices = choices
        self.job.environment = job_of(applied, self.world).environment
        with ThreadPoolExecutor() as pool:
            list(pool.map(Instance.stop, retired))

    def _apply(self, applied: Applied) -> None:
        self.applied = applied
        self.edge.apply(applied)
        self.internal.applied = applied
        self.world.policy.apply(applied)

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client on the internet trusts."""
        return ssl.create_default_context(cafile=self.authority.bundle)

    @property
    def outputs(self) -> dict[str, Any]:
        """Terraform's outputs."""
        return self.applied.outputs

    @property
    def public_key_hashes(self) -> list[str]:
        """Of the servers that browsers talk to."""
        return [self.authority.issued[name].public_key_hash() for name in (SITE, "storage.googleapis.com")]

    @contextmanager
    def operator(self) -> Iterator[dict[str, str]]:
        """The environment of the operator's own machine: Google's clients find the operator's identity."""
        with metadata_server(self.world.identities, OPERATOR) as metadata:
            yield self.world.environment(metadata)

    def logs(self) -> dict[str, str]:
        return {each.name: each.said for service in self.services.values() for each in service.instances}


@dataclass(frozen=True)
class _Ground:
    """What everything else stands on."""

    applied: Applied
    authority: Authority
    world: World
    gcs: StrictGcs
    firestore: str
    pubsub: str
    changed_rules: dict[str, dict[int, str]] = field(default_factory=dict)
    """Of the edge's policies, by Google's API."""


@contextmanager
def production(folder: Path, choices: plan.Choices | None = None) -> Iterator[Production]:
    """Everything, until the end of the block. Raises AssertionError with the log of what did not start."""
    cdn_key = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode()
    choices = choices or plan.Choices({"k1": cdn_key})
    with ExitStack() as stack:
        authority = Authority(_made(folder / "certificates"))
        redis = stack.enter_context(_redis(folder, authority))
        planner = plan.Planner(_made(folder / "plan"), redis)
        firestore_port, pubsub_port = free_port(), free_port()
        with ThreadPoolExecutor() as pool:
            applied_ = pool.submit(planner.applied, choices)
            firestore = pool.submit(
                stack.enter_context, running(firestore_command(firestore_port) or [], firestore_port)
            )
            pubsub = pool.submit(stack.enter_context, running(pubsub_command(pubsub_port) or [], pubsub_port))
        applied = applied_.result()
        firestore.result(), pubsub.result()
        identities, policy = Identities(), Policy(applied, owner=f"serviceAccount:{OPERATOR}")
        world = World(identities, policy, authority.bundle, _made(folder / "logs"))
        keys = {name: [new_family(name)] for name in ("access", "join", "notice")}
        keys |= {"hash": [secrets.token_hex(32)], "public": [newest_public_keys(keys)]}
        keys |= {f"cdn-{name}": [value] for name, value in choices.cdn_keys.items()}

        gcs = StrictGcs(
            identities.signing_key.public_key(),
            host="storage.googleapis.com",
            scheme="https",
            signer=_uploads_signer(applied),
        )
        _upload_page(gcs, applied)
        workloads = Workloads(world, folder, keys)
        services = workloads.services(applied)
        stack.callback(_stop, services)
        job = job_of(applied, world)
        stack.callback(job.close)
        os.environ["PUBSUB_EMULATOR_HOST"] = pubsub.result()
        ground = _Ground(applied, authority, world, gcs, firestore.result(), pubsub.result())
        spans: list[str] = []
        calls = _google(stack, ground, job, keys, spans)
        relay_email = applied.resources["google_service_account.relay[0]"]["email"]
        stack.enter_context(metadata_server(identities, relay_email, at=(ADDRESSES["metadata.google.internal"], 80)))

        ports = stack.enter_context(_fronts(list(services.values())))
        edge = Edge(applied, policy, gcs, ports, changed_rules=ground.changed_rules)
        _add_cdn_keys(edge, choices)
        stack.enter_context(_site(edge, authority))
        internal = Internal(applied, services, ports)
        stack.enter_context(
            in_a_loop(serving(internal.decide(), host=ADDRESSES[RELAY], port=443, tls=authority.issue(RELAY).context()))
        )
        events = Events(applied, identities, policy, ports, pubsub.result())
        events.open()
        stack.callback(events.close)
        gcs.on_finalized = events.finalized
        for service in services.values():
            for instance in service.instances:
                instance.wait_until_ready()
        parts = (applied, authority, world, edge, internal, gcs, events, services, job, planner, workloads, choices)
        yield Production(*parts, firestore.result(), calls, spans)


# ---- the ground


def _stop(services: Mapping[str, Service]) -> None:
    for service in services.values():
        for instance in service.instances:
            instance.stop()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _redis(folder: Path, authority: Authority) -> Iterator[plan.Redis]:
    """A real Redis over TLS with a password, as Memorystore serves it: its certificate names no host."""
    host, port = REDIS
    certificate = authority.issue("memorystore.internal")
    password = secrets.token_hex(16)
    options = {
        "port": "0",
        "tls-port": str(port),
        "bind": host,
        "tls-cert-file": str(certificate.chain),
        "tls-key-file": str(certificate.key),
        "tls-ca-cert-file": str(authority.bundle),
        "tls-auth-clients": "no",
        "requirepass": password,
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "dir": str(folder),
    }
    command = ["redis-server", *(part for name, value in options.items() for part in (f"--{name}", value))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield plan.Redis(host, port, password, authority.bundle.read_text())
        finally:
            process.terminate()


def _google(
    stack: ExitStack, ground: _Ground, job: Job, secrets_: Mapping[str, list[str]], spans: list[str]
) -> dict[str, dict[str, int]]:
    """Google's APIs at their names; returns the counters of gRPC calls."""
    identities, policy, applied = ground.world.identities, ground.world.policy, ground.applied
    cors = {values["name"]: values["cors"] for values in applied.of_type("google_storage_bucket").values()}
    http: dict[str, Api] = {
        "storage.googleapis.com": CloudStorage(ground.gcs, identities, policy, cors),
        "iamcredentials.googleapis.com": IamCredentials(identities, policy),
        "run.googleapis.com": CloudRunJobs(job.name, identities, policy, job.launch, job.listed, job.cancel),
        "pubsub.googleapis.com": PubSubRest(identities, policy, _publish),
        "compute.googleapis.com": ComputeEngine(identities, policy, ground.changed_rules),
        "telemetry.googleapis.com": Telemetry(identities, policy, spans),
    }
    h2: dict[str, int] = {
        "secretmanager.googleapis.com": stack.enter_context(
            secret_manager(secrets_, identities=identities, policy=policy)
        )
    }
    calls = {}
    for name, emulator in (("firestore.googleapis.com", ground.firestore), ("pubsub.googleapis.com", ground.pubsub)):
        front = grpc_front(emulator, identities=identities, policy=policy)
        h2[name], calls[name] = stack.enter_context(front)
    for name in {*http, *h2}:
        port = stack.enter_context(http_server(checked(http[name]))) if name in http else None
        certificate = ground.authority.issue(name)
        stack.enter_context(in_a_loop(tls_front(ADDRESSES[name], certificate, h2=h2.get(name), http=port)))
    return calls


def _publish(topic: str, messages: list[bytes]) -> list[str]:
    publisher = pubsub_v1.PublisherClient()  # to the emulator, by PUBSUB_EMULATOR_HOST
    return [publisher.publish(topic, each).result(timeout=20) for each in messages]


def _uploads_signer(applied: Applied) -> str:
    """The account that signs upload URLs: that of the function `videos`."""
    (container,) = applied.instances(_FUNCTION)["videos"]["template"][0]["containers"]
    return next(str(each["value"]) for each in container["env"] if each["name"] == "WATCHPARTY_SIGNER_ACCOUNT")


# ---- the site


def _add_cdn_keys(edge: Edge, choices: plan.Choices) -> None:
    """What `make deploy` adds with gcloud before Terraform applies everything."""
    import cdn

    for backend in cdn.BACKENDS:
        present = edge.signed_url_keys.get(backend, {})
        for name in cdn.to_add(present.keys(), choices.cdn_keys.keys()):
            edge.add_signed_url_key(backend, name, choices.cdn_keys[name])


def _remove_other_cdn_keys(edge: Edge, choices: plan.Choices) -> None:
    """What it removes once the new revisions serve."""
    import cdn

    for backend in cdn.BACKENDS:
        keys = edge.signed_url_keys[backend]
        for name in cdn.to_remove(keys.keys(), choices.cdn_keys.keys()):
            del keys[name]


def _upload_page(gcs: StrictGcs, applied: Applied) -> None:
    """What `make deploy` copies into the bucket of the site, with the same headers."""
    from page import uploads

    bucket = applied.resources["google_storage_bucket.site[0]"]["name"]
    for each in uploads(ROOT / "frontend" / "dist"):
        files = [path for path in each.source.rglob("*") if path.is_file()] if each.source.is_dir() else [each.source]
        for path in files:
            name = each.target or f"{each.source.name}/{path.relative_to(each.source).as_posix()}"
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            gcs.objects[bucket, name] = Held(
                bucket, name, next(gcs.numbers), path.read_bytes(), kind, each.cache_control
            )


class _Loop:
    """An event loop in a thread, for the parts that are asynchronous."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result(60)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@contextmanager
def in_a_loop(manager: Any) -> Iterator[Any]:
    """Enters an asynchronous context manager in an event loop of its own thread."""
    loop, stack = _Loop(), AsyncExitStack()
    try:
        yield loop.run(stack.enter_async_context(manager))
    finally:
        loop.run(stack.aclose())
        loop.close()


def _fronts(services: list[Service]) -> Any:
    return in_a_loop(fronts(services))


def _site(edge: Edge, authority: Authority) -> Any:
    context = authority.issue(SITE).context()
    return in_a_loop(serving(edge.decide(), host=ADDRESSES[SITE], port=443, tls=context))
