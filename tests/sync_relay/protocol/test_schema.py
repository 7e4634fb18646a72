"""The committed schema and its examples are what the types say."""

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
    """`socket-<who>-<what>.json`: the definition and the type that the example is of."""
    return UNIONS[example.stem.split("-")[1]]


def validator(definition: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": socket_schema()["$defs"]})


def test_the_committed_schema_is_fresh() -> None:
    """Run `python -m watchparty_relay.schema docs/contracts/socket.schema.json` after a change of the types."""
    assert (CONTRACTS / "socket.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("example", examples("valid"), ids=lambda path: path.stem)
def test_valid_examples_decode_and_come_out_as_they_went_in(example: Path) -> None:
    """The types lose nothing of what the contract says, and the schema agrees."""
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


@pytest.mark.parametrize("who", ["client", "server", "notice"])
def test_every_message_has_a_valid_example(who: str) -> None:
    """Nothing is in the protocol that nobody can look up."""
    definitions = socket_schema()["$defs"]
    tag_field = definitions[UNIONS[who][0]]["discriminator"]["propertyName"]
    tags = set(definitions[UNIONS[who][0]]["discriminator"]["mapping"])
    shown = {json.loads(path.read_text())[tag_field] for path in examples("valid") if path.stem.split("-")[1] == who}
    assert shown == tags
