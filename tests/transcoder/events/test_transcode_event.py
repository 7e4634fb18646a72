"""The transcode event matches docs/contracts."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from watchparty_transcoder.events import schema, transcode_event

VALID = sorted((schema.CONTRACTS / "examples" / "valid").glob("transcode-event.*.json"))
INVALID = sorted((schema.CONTRACTS / "examples" / "invalid").glob("transcode-event.*.json"))


def committed_schema() -> dict[str, object]:
    loaded: dict[str, object] = json.loads((schema.CONTRACTS / schema.SCHEMA).read_text())
    return loaded


def test_committed_schema_is_fresh() -> None:
    """The committed schema matches the types in code; `make contracts` renews it."""
    assert (schema.CONTRACTS / schema.SCHEMA).read_text() == schema.schema_text()


def test_committed_examples_are_fresh() -> None:
    """Each kind of event has a committed example."""
    committed = {path.name: path.read_text() for path in VALID}
    assert committed == schema.example_texts()
    assert len(committed) == 5


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_examples_pass_schema_and_types(path: Path) -> None:
    """A valid example validates, decodes, and encodes to the same JSON."""
    text = path.read_text()
    jsonschema.validate(json.loads(text), committed_schema())
    assert json.loads(transcode_event.encode(transcode_event.decode(text))) == json.loads(text)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_examples_are_refused_by_schema_and_types(path: Path) -> None:
    """An invalid example fails both against the schema and against the types."""
    text = path.read_text()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(text), committed_schema())
    with pytest.raises(msgspec.ValidationError):
        transcode_event.decode(text)
