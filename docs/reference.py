"""`python docs/reference.py`: writes reference/http.md and reference/socket.md from the contracts; a test compares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Json = dict[str, Any]


def name_of(schema: Json) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(name_of(each) for each in schema[several])
    if schema.get("type") == "array":
        return f"list of {name_of(schema.get('items', {}))}"
    if isinstance(schema.get("type"), list):
        return " or ".join(schema["type"])
    return str(schema.get("format") or schema.get("type") or "anything")


def fields_table(schema: Json) -> list[str]:
    """The properties of an object as rows."""
    required = set(schema.get("required", []))
    rows = [
        f"| `{name}` | {name_of(each).replace('|', '/')} | {'yes' if name in required else ''} |"
        for name, each in schema.get("properties", {}).items()
    ]
    return ["| field | kind | always |", "|---|---|---|", *rows] if rows else ["No fields."]


def body_of(content: Json) -> str:
    for each in content.get("content", {}).values():
        return name_of(each.get("schema", {}))
    return "–"


def http(document: Json) -> str:
    groups: dict[str, list[str]] = {}
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            answers = [
                f"{status} {body_of(answer)}"
                for status, answer in operation["responses"].items()
                if status != "default"
            ]
            says = " ".join(operation.get("description", operation.get("summary", "")).split())
            asked = body_of(operation["requestBody"]) if "requestBody" in operation else "–"
            row = f"| `{method.upper()} {path}` | {says} | {asked} | {', '.join(answers)} |"
            groups.setdefault(operation.get("tags", ["site"])[0], []).append(row)
    lines = [
        "# HTTP reference",
        "",
        "Written by `python docs/reference.py` from [openapi.json](../contracts/openapi.json). Every refusal is an",
        "`application/problem+json` with a stable `code`. Who may call what: `tests/functions/test_authorisation.py`.",
    ]
    for name, rows in sorted(groups.items()):
        lines += ["", f"## {name}", "", "| call | does | body | answers |", "|---|---|---|---|", *rows]
    lines += ["", "## Shapes"]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += ["", f"### {name}", "", *fields_table(schema)]
    return "\n".join(lines) + "\n"


def socket(document: Json) -> str:
    lines = [
        "# Socket reference",
        "",
        "Written by `python docs/reference.py` from [socket.schema.json](../contracts/socket.schema.json). What the",
        "messages mean and promise: [protocol.md](../protocol.md).",
    ]
    for name, schema in sorted(document["$defs"].items()):
        if "properties" in schema:
            lines += [
                "",
                f"## {name}",
                "",
                *([" ".join(schema["description"].split()), ""] if "description" in schema else []),
            ]
            lines += fields_table(schema)
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """The name of each page and its text."""
    contracts = HERE / "contracts"
    return {
        "http.md": http(json.loads((contracts / "openapi.json").read_text())),
        "socket.md": socket(json.loads((contracts / "socket.schema.json").read_text())),
    }


if __name__ == "__main__":
    (HERE / "reference").mkdir(exist_ok=True)
    for name, text in pages().items():
        (HERE / "reference" / name).write_text(text)
