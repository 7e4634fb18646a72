"""The committed schema and its examples match the types."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from watchparty_relay.protocol.messages import ClientMessage, ServerMessage
from watchparty_relay.protocol.notices import Notice, NoticeAck
from watchparty_relay.protocol.schema import schema_text, socket_schema

CONTRACTS = Path(__file__).parents[3] / "docs" / "contracts"
UNIONS: dict[str, tuple[str, Any]] = {
    "client": ("ClientMessage", ClientMessage),
    "server": ("ServerMessage", ServerMessage),
    "notice": ("Notice", Notice),
    "notice_ack": ("NoticeAck", NoticeAck),
}


def examples(kind: str) -> list[Path]:
    return sorted((CONTRACTS / "examples" / kind).glob("socket-*.json"))


def sender_and_type(example: Path) -> tuple[str, Any]:
    """The definition and the type of an example named `socket-<sender>-<what>.json`."""
    return UNIONS[example.stem.split("-")[1]]


def validator(definition: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": socket_schema()["$defs"]})


def test_the_committed_schema_is_fresh() -> None:
    """Run `make contracts` after changing the types."""
    assert (CONTRACTS / "socket.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("example", examples("valid"), ids=lambda path: path.stem)
def test_valid_examples_survive_a_round_trip(example: Path) -> None:
    """The types lose nothing that is in the contract, and the schema agrees."""
    definition, type_ = sender_and_type(example)
    message = json.loads(example.read_text(encoding="utf-8"))
    decoded = msgspec.json.decode(example.read_bytes(), type=type_)
    assert {"t": "notice"} | json.loads(msgspec.json.encode(decoded)) == {"t": "notice"} | message
    validator(definition).validate(message)


@pytest.mark.parametrize("example", examples("invalid"), ids=lambda path: path.stem)
def test_invalid_examples_are_refused(example: Path) -> None:
    """By the types and by the schema."""
    definition, type_ = sender_and_type(example)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(example.read_bytes(), type=type_)
    assert not validator(definition).is_valid(json.loads(example.read_text(encoding="utf-8")))


@pytest.mark.parametrize("sender", ["client", "server", "notice"])
def test_every_message_has_a_valid_example(sender: str) -> None:
    """A reader can look up every message of the protocol."""
    definitions = socket_schema()["$defs"]
    tag_field = definitions[UNIONS[sender][0]]["discriminator"]["propertyName"]
    tags = set(definitions[UNIONS[sender][0]]["discriminator"]["mapping"])
    shown = {json.loads(path.read_text())[tag_field] for path in examples("valid") if path.stem.split("-")[1] == sender}
    assert shown == tags
