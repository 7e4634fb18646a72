"""Google's APIs as the product calls them, by their own names and TLS, each call checked against the plan's IAM.

Firestore and Pub/Sub are Google's emulators behind a gRPC proxy that reads the caller from its access token; Cloud
Storage is the strict service of tests/fakes; signBlob and Cloud Run jobs are as large as the product uses them.
"""

import gzip
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from cloud.iam import Denied, Policy
from cloud.identities import BadToken, Identities
from cloud.plan import PROJECT
from cloud.reverse_proxy import Answer
from fakes.google.security_policies import SecurityPolicies
from fakes.google.strict_gcs import Request, StrictGcs, answer

Api = Callable[[Request], Answer]
_OBJECT = re.compile(r"(?:/upload|/download)?/storage/v1/b/([^/]+)/o(?:/([^/]+))?")
_VERBS = {"GET": "get", "DELETE": "delete", "PATCH": "update"}
_SIGN = re.compile(r"/v1/projects/-/serviceAccounts/([^:]+):signBlob")


def _said(content: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(content).encode(), [("content-type", "application/json")])


def _refused(status: int, reason: str) -> Answer:
    return _said(
        {"error": {"code": status, "message": reason, "status": "PERMISSION_DENIED" if status == 403 else ""}}, status
    )


def checked(api: Api) -> Api:
    """`api`, with refusals of identity and permission as Google answers them."""

    def run(request: Request) -> Answer:
        try:
            return api(request)
        except BadToken as error:
            return _refused(401, str(error))
        except Denied as error:
            return _refused(403, str(error))

    return run


@dataclass(frozen=True)
class CloudStorage:
    """storage.googleapis.com. `cors` is each bucket's list of rules in the plan."""

    gcs: StrictGcs
    identities: Identities
    policy: Policy
    cors: dict[str, list[dict[str, Any]]]

    def __call__(self, request: Request) -> Answer:
        if match := _OBJECT.fullmatch(request.path):
            self._authorise(request, match[1], bool(match[2]))
        origin = request.headers.get("origin")
        if request.method == "OPTIONS":
            return self._preflight(request, origin)
        said = answer(self.gcs, request)
        headers = [*said.headers.items(), *self._cors_headers(request, origin)]
        return Answer(said.status, said.body, headers)

    def _authorise(self, request: Request, bucket: str, names_object: bool) -> None:
        if request.path.startswith("/upload/"):
            verbs = ["create"]
            if request.parameter("ifGenerationMatch") != "0":
                verbs.append("delete")  # to replace an object is to delete it
        else:
            verbs = [_VERBS[request.method] if names_object else "list"]
        caller = self.identities.caller(request.headers.get("authorization"))
        for verb in verbs:
            self.policy.require(caller, f"storage.objects.{verb}", bucket)

    def _rules(self, request: Request) -> list[dict[str, Any]]:
        path = request.path
        if path.startswith("/session/"):
            session = self.gcs.sessions.get(path.removeprefix("/session/"))
            return (
                self.cors.get(session.bucket, [])
                if session
                else [each for found in self.cors.values() for each in found]
            )
        return self.cors.get(path.removeprefix("/").partition("/")[0], [])

    def _preflight(self, request: Request, origin: str | None) -> Answer:
        method = request.headers.get("access-control-request-method", "")
        wanted = {
            name.strip().lower()
            for name in request.headers.get("access-control-request-headers", "").split(",")
            if name.strip()
        }
        for rule in self._rules(request):
            allowed = {name.lower() for name in rule["response_header"]} | {"content-range", "content-length"}
            if origin in rule["origin"] and method in rule["method"] and wanted <= allowed:
                return Answer(200, b"", [
                    ("access-control-allow-origin", str(origin)),
                    ("access-control-allow-methods", ", ".join(rule["method"])),
                    ("access-control-allow-headers", ", ".join(sorted(wanted))),
                    ("access-control-max-age", str(rule["max_age_seconds"])),
                ])  # fmt: skip
        return Answer(200)  # without the headers: the browser refuses

    def _cors_headers(self, request: Request, origin: str | None) -> list[tuple[str, str]]:
        for rule in self._rules(request):
            if origin in rule["origin"] and request.method in rule["method"]:
                exposed = ", ".join(rule["response_header"])
                return [("access-control-allow-origin", str(origin)), ("access-control-expose-headers", exposed)]
        return []


@dataclass(frozen=True)
class IamCredentials:
    """iamcredentials.googleapis.com: signBlob."""

    identities: Identities
    policy: Policy

    def __call__(self, request: Request) -> Answer:
        match = _SIGN.fullmatch(request.path)
        if match is None:
            return _refused(404, "not in the box")
        caller = self.identities.caller(request.headers.get("authorization"))
        self.policy.require(caller, "iam.serviceAccounts.signBlob", match[1])
        signature = self.identities.signature(b64decode(json.loads(request.body)["payload"]))
        return _said({"keyId": "1", "signedBlob": b64encode(signature).decode()})


@dataclass(frozen=True)
class Telemetry:
    """telemetry.googleapis.com: traces by OTLP. Each resource names the project that it belongs to.

    https://docs.cloud.google.com/stackdriver/docs/reference/telemetry/v1.traces (2026-11)
    """

    identities: Identities
    policy: Policy
    spans: list[str]

    def __call__(self, request: Request) -> Answer:
        if (request.method, request.path) != ("POST", "/v1/traces"):
            return _refused(404, "not in the box")
        caller = self.identities.caller(request.headers.get("authorization"))
        self.policy.require(caller, "telemetry.traces.write", "project")
        body = request.body
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            if PROJECT not in [
                pair.value.string_value for pair in each.resource.attributes if pair.key == "gcp.project_id"
            ]:
                return _refused(400, "the resource has no gcp.project_id")
            self.spans.extend(span.name for scope in each.scope_spans for span in scope.spans)
        return Answer(200, b"", [("content-type", "application/x-protobuf")])


@dataclass(frozen=True)
class CloudRunJobs:
    """run.googleapis.com for one job; `launch` starts an execution and returns its name."""

    job: str
    identities: Identities
    policy: Policy
    launch: Callable[[dict[str, str]], str]
    executions: Callable[[], list[dict[str, Any]]]
    cancel: Callable[[str], None]

    def __call__(self, request: Request) -> Answer:
        caller = self.identities.caller(request.headers.get("authorization"))
        name = self.job.rpartition("/")[2]
        if request.method == "POST" and request.path == f"/v2/{self.job}:run":
            self.policy.require(caller, "run.jobs.runWithOverrides", name)
            (override,) = json.loads(request.body)["overrides"]["containerOverrides"]
            execution = self.launch({each["name"]: each["value"] for each in override["env"]})
            kind = "type.googleapis.com/google.cloud.run.v2.Execution"
            return _said({"name": f"{self.job}/operations/1", "metadata": {"@type": kind, "name": execution}})
        if request.method == "GET" and request.path == f"/v2/{self.job}/executions":
            self.policy.require(caller, "run.executions.list", name)
            return _said({"executions": self.executions()})
        if request.method == "POST" and request.path.endswith(":cancel"):
            self.policy.require(caller, "run.executions.cancel", name)
            self.cancel(urlsplit(request.path).path.removeprefix("/v2/").removesuffix(":cancel"))
            return _said({"name": f"{self.job}/operations/2"})
        return _refused(404, "not in the box")


@dataclass(frozen=True)
class ComputeEngine:
    """compute.googleapis.com: one rule of a security policy. `rules` are the edge's."""

    identities: Identities
    policy: Policy
    rules: dict[str, dict[int, str]]

    def __call__(self, request: Request) -> Answer:
        said = self._api(request)
        return Answer(said.status, said.body, list(said.headers.items()))

    @cached_property
    def _api(self) -> SecurityPolicies:
        def permit(token: str | None, permission: str, resource: str) -> None:
            self.policy.require(self.identities.caller(token), permission, resource)

        return SecurityPolicies(self.rules, permit)


@dataclass(frozen=True)
class PubSubRest:
    """pubsub.googleapis.com for publishing over REST, as the relay does; `publish` hands on to the emulator."""

    identities: Identities
    policy: Policy
    publish: Callable[[str, list[bytes]], list[str]]

    def __call__(self, request: Request) -> Answer:
        match = re.fullmatch(r"/v1/(projects/[^/]+/topics/([^/:]+)):publish", request.path)
        if match is None or request.method != "POST":
            return _refused(404, "not in the box")
        caller = self.identities.caller(request.headers.get("authorization"))
        self.policy.require(caller, "pubsub.topics.publish", match[2])
        messages = [b64decode(each["data"]) for each in json.loads(request.body)["messages"]]
        return _said({"messageIds": self.publish(match[1], messages)})


# ---- gRPC in front of the emulators

PUBLISH = "/google.pubsub.v1.Publisher/Publish"
_FIRESTORE = "/google.firestore.v1.Firestore/"


class _Proxy(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc ships no types
    """Passes calls on as bytes, once the caller may make them."""

    def __init__(self, emulator: str, identities: Identities, policy: Policy) -> None:
        self._channel = grpc.insecure_channel(emulator, options=[("grpc.max_receive_message_length", -1)])
        self._identities, self._policy = identities, policy
        self.calls: dict[str, int] = {}

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        method = details.method
        metadata = dict(details.invocation_metadata or ())

        def passed_on(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
            first = next(requests)
            try:
                caller = self._identities.caller(str(metadata.get("authorization") or ""))
                self._policy.require(caller, *self._needed(method, first, metadata))
            except BadToken as error:
                context.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
            except Denied as error:
                context.abort(grpc.StatusCode.PERMISSION_DENIED, str(error))
            self.calls[method] = self.calls.get(method, 0) + 1

            def all_requests() -> Iterator[bytes]:
                yield first
                yield from requests

            kept = [
                (name, value)
                for name, value in metadata.items()
                if name.startswith(("google-", "x-goog-request-params"))
            ]
            self._count(_written(method, first), "writes")
            call = self._channel.stream_stream(method)(
                all_requests(), metadata=[*kept, ("authorization", "Bearer owner")], timeout=context.time_remaining()
            )
            try:
                for response in call:
                    self._count(_read(method, response), "reads")
                    yield response
            except grpc.RpcError as error:
                context.set_trailing_metadata(error.trailing_metadata() or ())
                context.abort(error.code(), error.details())

        return grpc.stream_stream_rpc_method_handler(passed_on)

    def _count(self, number: int, what: str) -> None:
        if number:
            self.calls[what] = self.calls.get(what, 0) + number

    @staticmethod
    def _needed(method: str, request: bytes, metadata: Mapping[str, Any]) -> tuple[str, str]:
        """The permission and the resource of a call. Firestore routes by the database that the metadata names."""
        if method.startswith(_FIRESTORE):
            return "datastore.use", str(metadata.get("google-cloud-resource-prefix") or "no database")
        if method == PUBLISH:
            return "pubsub.topics.publish", _first_string(request).rpartition("/")[2]
        raise Denied("anyone", method, "the box")


def _written(method: str, request: bytes) -> int:
    """Documents that a request writes or deletes, as Firestore bills them."""
    from google.cloud.firestore_v1.types import BatchWriteRequest, CommitRequest

    match method.removeprefix(_FIRESTORE):
        case "Commit":
            return len(CommitRequest.deserialize(request).writes)
        case "BatchWrite":
            return len(BatchWriteRequest.deserialize(request).writes)
    return 0


def _read(method: str, response: bytes) -> int:
    """Documents that a response answers for; one that does not exist is billed like one that does.

    https://cloud.google.com/firestore/pricing (2026-11)
    """
    from google.cloud.firestore_v1.types import BatchGetDocumentsResponse, RunQueryResponse

    match method.removeprefix(_FIRESTORE):
        case "BatchGetDocuments":
            found = BatchGetDocumentsResponse.deserialize(response)
            return int(bool(found.found.name or found.missing))
        case "RunQuery":
            return int(bool(RunQueryResponse.deserialize(response).document.name))
        case "RunAggregationQuery" | "GetDocument":
            return 1
    return 0


def _first_string(message: bytes) -> str:
    """Field 1 of a protobuf message, a string shorter than 128 bytes: a publish request's topic."""
    assert message[0] == 0x0A
    assert message[1] < 0x80
    return message[2 : 2 + message[1]].decode()


@contextmanager
def grpc_front(emulator: str, *, identities: Identities, policy: Policy) -> Iterator[tuple[int, dict[str, int]]]:
    """The port of an emulator without TLS, and what was counted: calls by method, documents as `reads` and `writes`."""
    proxy = _Proxy(emulator, identities, policy)
    server = grpc.server(ThreadPoolExecutor(64), options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers((proxy,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port, proxy.calls
    finally:
        server.stop(None)


# ---- Secret Manager

_ACCESS = "/google.cloud.secretmanager.v1.SecretManagerService/AccessSecretVersion"


@contextmanager
def secret_manager(values: Mapping[str, list[str]], *, identities: Identities, policy: Policy) -> Iterator[int]:
    """The port of Secret Manager's gRPC API for one call: the latest version of `values`, by key."""
    from google.cloud.secretmanager_v1 import types

    class _SecretManager(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc ships no types
        def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
            if details.method != _ACCESS:
                return None
            metadata = dict(details.invocation_metadata or ())

            def access(request: bytes, context: grpc.ServicerContext) -> bytes:
                name = types.AccessSecretVersionRequest.deserialize(request).name
                secret = name.split("/")[3]
                try:
                    caller = identities.caller(str(metadata.get("authorization") or ""))
                    policy.require(caller, "secretmanager.versions.access", secret)
                except (BadToken, Denied) as error:
                    context.abort(grpc.StatusCode.PERMISSION_DENIED, str(error))
                key = secret.removeprefix("watchparty-")
                if key not in values or not name.endswith("/versions/latest"):
                    context.abort(grpc.StatusCode.NOT_FOUND, name)
                payload = types.SecretPayload(data=values[key][-1].encode())
                answer = types.AccessSecretVersionResponse(name=name, payload=payload)
                return bytes(types.AccessSecretVersionResponse.serialize(answer))

            return grpc.unary_unary_rpc_method_handler(access)

    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((_SecretManager(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None)
