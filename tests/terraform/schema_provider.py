"""A Terraform provider that has only a schema, so that `terraform validate` and `terraform test` run offline.

Terraform requests argument names and types from a provider process over gRPC; with `mock_provider` it requests nothing
else. This process answers from the reduced schema beside it (`google-schema.json.gz`), so misspelt or missing
arguments, wrong types and wrong references are found on a machine without access to a registry. Only the real provider
checks enum values and rules between arguments.

    python schema_provider.py DIRECTORY terraform ARGUMENT…     runs terraform with this provider attached

Protocol: Terraform plugin protocol 5 (tfplugin5.proto); the few messages it needs are encoded by hand.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

SCHEMA = Path(__file__).parent / "google-schema.json.gz"
PROVIDER = "registry.terraform.io/hashicorp/google"
_NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}
_HEALTHY = b"\x08\x01"  # grpc.health.v1: status SERVING

Block = dict[str, Any]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _bytes(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def encode_block(block: Block) -> bytes:
    """Schema.Block: attributes in 2, nested blocks in 3."""
    out = b""
    for name, attribute in sorted(block["attributes"].items()):
        required = bool(attribute.get("required"))
        body = _bytes(1, name) + _bytes(2, json.dumps(attribute["type"])) + _number(4, required)
        body += _number(5, not required and bool(attribute.get("optional"))) + _number(
            6, not required and bool(attribute.get("computed"))
        )
        out += _bytes(2, body)
    for name, nested in sorted(block["blocks"].items()):
        body = _bytes(1, name) + _bytes(2, encode_block(nested["block"])) + _number(3, _NESTING[nested["nesting"]])
        out += _bytes(3, body + _number(4, nested.get("min") or 0) + _number(5, nested.get("max") or 0))
    return out


def encode_schemas(schema: dict[str, Any]) -> bytes:
    """GetProviderSchema.Response: the provider's own block in 1, resources in 2, data sources in 3."""
    out = _bytes(1, _bytes(2, encode_block(schema["provider"])))
    for field, part in ((2, "resources"), (3, "data")):
        for name, block in schema[part].items():
            out += _bytes(field, _bytes(1, name) + _bytes(2, _bytes(2, encode_block(block))))
    return out


def load_schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(gzip.decompress(SCHEMA.read_bytes()))
    return loaded


class _Provider(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc ships no types
    """Answers the calls of validate and test; Terraform reports any other call as not implemented."""

    def __init__(self, schemas: bytes) -> None:
        echo = self._echo
        self._answers: dict[str, Callable[[bytes], bytes]] = {
            "/tfplugin5.Provider/GetSchema": lambda _: schemas,
            "/tfplugin5.Provider/PrepareProviderConfig": echo,
            "/tfplugin5.Provider/ValidateResourceTypeConfig": lambda _: b"",
            "/tfplugin5.Provider/ValidateDataSourceConfig": lambda _: b"",
            "/tfplugin5.Provider/Configure": lambda _: b"",
            "/tfplugin5.Provider/Stop": lambda _: b"",
            "/grpc.health.v1.Health/Check": lambda _: _HEALTHY,
        }

    @staticmethod
    def _echo(request: bytes) -> bytes:
        """Request.config and Response.prepared_config are both field 1."""
        return request

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        answer = self._answers.get(details.method)
        return grpc.unary_unary_rpc_method_handler(lambda request, _: answer(request)) if answer else None


@contextmanager
def attached() -> Iterator[dict[str, str]]:
    """Yields an environment in which terraform finds this provider running."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/provider.sock"
        server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_send_message_length", -1)])
        server.add_generic_rpc_handlers((_Provider(encode_schemas(load_schema())),))
        server.add_insecure_port(f"unix:{address}")
        server.start()
        reattach = {
            PROVIDER: {
                "Protocol": "grpc",
                "ProtocolVersion": 5,
                "Pid": os.getpid(),
                "Test": True,
                "Addr": {"Network": "unix", "String": address},
            }
        }
        environ = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
        yield {
            **environ,
            "TF_REATTACH_PROVIDERS": json.dumps(reattach),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        server.stop(None)


def terraform(folder: Path, *arguments: str, log: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs terraform in a folder with this provider attached. A `log` receives what it does in detail."""
    detail = {"TF_LOG": "debug", "TF_LOG_PATH": str(log)} if log else {}
    with attached() as environ:
        return subprocess.run(
            ["terraform", *arguments], cwd=folder, env=environ | detail, capture_output=True, text=True, check=False
        )


if __name__ == "__main__":
    done = terraform(Path(sys.argv[1]), *sys.argv[3:])
    print(done.stdout, done.stderr, sep="")
    raise SystemExit(done.returncode)
