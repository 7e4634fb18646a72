"""The page reaches every call and every field of the contracts, or `not_on_the_page.toml` says why it does not.

Reached is a call that a module of the page makes with its method and path, and a field or message whose name a module
of the page uses, outside comments. A field with a common name counts as used wherever the name is.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "frontend" / "src"
EXCEPTIONS = Path(__file__).with_name("not_on_the_page.toml")
CONTRACTS = ROOT / "docs" / "contracts"
_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
_CALL = re.compile(r"\bcall(?:ForAnswer)?(?:<[^(]*>)?\(\s*\"([A-Z]+)\",\s*[\"`]([^\"`]+)[\"`]")
_PATH = re.compile(r"const (\w+) = \([^)]*\) =>\s*`(/[^`]*)`")
_HELPER = re.compile(r"function (\w+)\(\s*path: string.*?\bcall(?:<[^(]*>)?\(\s*\"([A-Z]+)\", path", re.DOTALL)
_PARAMETER = re.compile(r"\{[^}]*\}")


@cache
def page_text() -> str:
    """The page's own modules without comments, tests, fakes and what is generated from the contracts."""
    modules = [
        path
        for path in sorted(PAGE.rglob("*.ts*"))
        if ".test." not in path.name and not {"fakes", "generated"} & set(path.relative_to(PAGE).parts)
    ]
    return "\n".join(_COMMENT.sub("", path.read_text()) for path in modules)


@cache
def words() -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z_]\w*", page_text()))


def without_parameters(path: str) -> str:
    """`/rooms/${id}` and `/rooms/{room_id}` are one path."""
    return _PARAMETER.sub("{}", path.replace("${", "{").partition("?")[0])


def calls_of(text: str) -> set[str]:
    """What the text calls, as `GET /rooms/{}`, directly or by a helper that is given the path, or returns it."""
    for name, path in _PATH.findall(text):
        text = re.sub(rf"\$\{{{name}\([^)]*\)\}}", path.replace("\\", r"\\"), text)
        text = re.sub(rf"(?<=\", ){name}\([^)]*\)", f'"{path}"'.replace("\\", r"\\"), text)
    found = {f"{method} {without_parameters(path)}" for method, path in _CALL.findall(text)}
    for helper, method in _HELPER.findall(text):
        for path in re.findall(rf"\b{helper}\(\s*[\"`]([^\"`]+)[\"`]", text):
            found.add(f"{method} {without_parameters(path)}")
    return found


def fields_of(schemas: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in schemas.items():
        yield from (f"{name}.{field}" for field in schema.get("properties", {}))


@cache
def openapi() -> Any:
    return json.loads((CONTRACTS / "openapi.json").read_text())


@cache
def socket() -> Any:
    return json.loads((CONTRACTS / "socket.schema.json").read_text())["$defs"]


def operations() -> Iterator[str]:
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            call = f"{method.upper()} {path.removeprefix('/api/v1')}"
            yield call
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query":
                    yield f"{call}?{parameter['name']}"


def everything() -> dict[str, list[str]]:
    """What the contracts offer, by section of the list of exceptions."""
    messages = [
        kind for schema in socket().values() for kind in schema.get("properties", {}).get("t", {}).get("enum", [])
    ]
    return {
        "calls": list(operations()),
        "fields": list(fields_of(openapi()["components"]["schemas"])),
        "messages": list(dict.fromkeys(messages)),
        "message_fields": list(fields_of(socket())),
    }


def is_reached(section: str, item: str) -> bool:
    if section == "calls":
        call, _, parameter = item.partition("?")
        return parameter in words() if parameter else without_parameters(call) in calls_of(page_text())
    if section == "messages":
        return f'"{item}"' in page_text()
    return item.partition(".")[2] in words()


@cache
def exceptions() -> dict[str, dict[str, str]]:
    listed = tomllib.loads(EXCEPTIONS.read_text())
    return {section: listed[section] for section in everything()}


def is_excepted(section: str, item: str) -> bool:
    """A field also by the exception of its whole shape, and a parameter by that of its call."""
    listed = exceptions()[section]
    whole = item.partition("?")[0] if section == "calls" else item.partition(".")[0]
    return item in listed or whole in listed


def test_the_page_reaches_whatever_the_contracts_offer() -> None:
    """A new call, parameter, field or message needs its place on the page, or a reason why it has none."""
    missing = [
        f"{section}: {item}"
        for section, items in everything().items()
        for item in items
        if not is_reached(section, item) and not is_excepted(section, item)
    ]
    assert missing == []


def test_no_exception_outlives_its_reason() -> None:
    """What the page reaches by now, or no contract offers any more, is not an exception."""
    offered = {
        section: {*items, *(item.partition(".")[0] for item in items if "fields" in section)}
        for section, items in everything().items()
    }
    for section, listed in exceptions().items():
        assert [item for item in listed if item not in offered[section]] == [], section
        assert [item for item in listed if "." in item or "fields" not in section if is_reached(section, item)] == []
        assert [item for item, reason in listed.items() if len(reason) < 10] == [], "a reason is a sentence"


def test_calls_are_found_in_each_form_in_which_the_page_writes_them() -> None:
    text = """
    call<Page<Device>>("GET", "/auth/me/sessions");
    call<void>("DELETE", `/auth/me/tokens/${id}`);
    async function signInBy(path: string, body: unknown): Promise<SignedIn> {
      const answer = await call<SignedIn>("POST", path, { body });
    }
    signInBy("/auth/login", body);
    const room = (id: string) => `/rooms/${encodeURIComponent(id)}`;
    call<Room>("PATCH", room(id), { body });
    call<void>("DELETE", `${room(id)}/bans/${participantId}`);
    """
    assert calls_of(text) == {
        "GET /auth/me/sessions",
        "DELETE /auth/me/tokens/{}",
        "POST /auth/login",
        "PATCH /rooms/{}",
        "DELETE /rooms/{}/bans/{}",
    }
    assert "GET /rooms/{}/nothing" not in calls_of(page_text())
