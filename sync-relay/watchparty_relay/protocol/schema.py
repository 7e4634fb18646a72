"""Writes the socket's JSON Schema from the types in `messages.py` and `notices.py`.

`python -m watchparty_relay.protocol.schema` prints the document that `make contracts` commits and from which the
frontend's types are generated; a test compares the two.
"""

import sys
from typing import Any

import msgspec

from watchparty_relay.protocol.messages import PROTOCOL_VERSION, SUBPROTOCOL, ClientMessage, ServerMessage
from watchparty_relay.protocol.notices import Notice, NoticeAck
from watchparty_relay.protocol.values import CloseCode

_REF = "#/$defs/{name}"


def socket_schema() -> dict[str, Any]:
    """The schema as one document: the message unions by name, and everything they use under `$defs`."""
    unions: dict[str, Any] = {
        "ClientMessage": ClientMessage,
        "ServerMessage": ServerMessage,
        "Notice": Notice,
        "CloseCode": CloseCode,
        "NoticeAck": NoticeAck,
    }
    schemas, definitions = msgspec.json.schema_components(list(unions.values()), ref_template=_REF)
    for name, schema in zip(unions, schemas, strict=True):
        definitions.setdefault(name, {"title": name, **schema})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SocketMessage",
        "description": f"WatchParty sync protocol v{PROTOCOL_VERSION}, subprotocol {SUBPROTOCOL}",
        "anyOf": [
            {"$ref": _REF.format(name=name)} for name in ("ClientMessage", "ServerMessage", "Notice", "NoticeAck")
        ],
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    return msgspec.json.format(msgspec.json.encode(socket_schema()), indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
