"""The API documentation as one plain page, built from the OpenAPI document: no script, nothing from another host."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
code{font-size:.95em}summary{cursor:pointer;padding:.25rem 0}
b{display:inline-block;min-width:4.5rem}
"""


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The page with every call, grouped by tag."""
    return HTMLResponse(
        page(request.app.openapi()),
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


def page(content: dict[str, Any]) -> str:
    """Renders an OpenAPI document as HTML."""
    groups: dict[str, list[str]] = {}
    for path, operations in content["paths"].items():
        for method, operation in operations.items():
            group = operation.get("tags", ["site"])[0]
            groups.setdefault(group, []).append(_operation(method, path, operation))
    title = escape(f"{content['info']['title']} API {content['info']['version']}")
    body = "".join(f"<h2>{escape(name)}</h2>{''.join(items)}" for name, items in sorted(groups.items()))
    intro = '<p>The same as a document: <a href="openapi.json">openapi.json</a>.</p>'
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return f"<!doctype html><html lang=en>{head}<style>{_STYLE}</style><h1>{title}</h1>{intro}{body}</html>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = [each["name"] for each in operation.get("parameters", [])]
    lines = [escape(operation.get("description", ""))]
    if parameters:
        lines.append("Parameters: " + ", ".join(f"<code>{escape(name)}</code>" for name in parameters))
    if "requestBody" in operation:
        lines.append(f"Body: {_shape(operation['requestBody'])}")
    for status, answer in operation["responses"].items():
        if status != "default":
            lines.append(f"{escape(status)}: {_shape(answer)}")
    details = "".join(f"<p>{line}</p>" for line in lines if line)
    return f"<details><summary><b>{escape(method.upper())}</b> <code>{escape(path)}</code></summary>{details}</details>"


def _shape(content: dict[str, Any]) -> str:
    """The name of the schema of a body or an answer."""
    for each in content.get("content", {}).values():
        schema = each.get("schema", {})
        named = schema.get("$ref") or next((part["$ref"] for part in schema.get("anyOf", []) if "$ref" in part), None)
        return f"<code>{escape(named.rsplit('/', 1)[-1])}</code>" if named else "<code>object</code>"
    return escape(content.get("description", ""))
