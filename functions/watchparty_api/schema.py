"""Writes the HTTP contract: the OpenAPI document of all routes of all functions.

`python -m watchparty_api.schema` (or `make contracts`) updates docs/contracts, from which the frontend's types are
generated; a test compares it with the committed file.
"""

import json
from pathlib import Path

from fastapi import FastAPI

from watchparty_api.bootstrap import routers
from watchparty_api.web import public
from watchparty_api.web.openapi import document, routed_app

CONTRACT = Path(__file__).parents[2] / "docs" / "contracts" / "openapi.json"


def whole_app() -> FastAPI:
    """An application with all routes but without services."""
    app = routed_app(routers())
    app.include_router(public.root_router)
    return app


def schema_text() -> str:
    """The document as it is committed to the repository."""
    return json.dumps(document(whole_app()), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    CONTRACT.write_text(schema_text())
