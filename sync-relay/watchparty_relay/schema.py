"""Writes the socket's JSON Schema from the types in `protocol.py`.

`python -m watchparty_relay.schema FILE` writes the committed copy that the frontend generates its types from; a test
compares the two. It knows nothing of what the messages mean.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec

from watchparty_relay import protocol
from watchparty_relay.vocabulary import CloseCode

_REF = "#/$defs/{name}"


def socket_schema() -> dict[str, Any]:
    """The schema as one document: the four unions under their names, everything they use under `$defs`."""
    unions: dict[str, Any] = {
        "ClientMessage": protocol.ClientMessage,
        "ServerMessage": protocol.ServerMessage,
        "Notice": protocol.Notice,
        "CloseCode": CloseCode,
        "NoticeAck": protocol.NoticeAck,
    }
    schemas, definitions = msgspec.json.schema_components(list(unions.values()), ref_template=_REF)
    for name, schema in zip(unions, schemas, strict=True):
        definitions.setdefault(name, {"title": name, **schema})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SocketMessage",
        "description": f"WatchParty sync protocol v{protocol.PROTOCOL_VERSION}, subprotocol {protocol.SUBPROTOCOL}",
        "anyOf": [
            {"$ref": _REF.format(name=name)} for name in ("ClientMessage", "ServerMessage", "Notice", "NoticeAck")
        ],
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    return msgspec.json.format(msgspec.json.encode(socket_schema()), indent=2).decode() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
