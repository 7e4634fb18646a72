"""The HTTP API against its OpenAPI document, with generated requests.

No answer is 5xx or undocumented, whoever calls; all checks of schemathesis. `make test`
tries a few requests per operation, `make fuzz-api` more than two thousand in all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from fakes.api_harness import SITE, ApiHarness
from fakes.world import Template

pytestmark = pytest.mark.integration

CONTRACT = Path(__file__).parents[2] / "docs" / "contracts" / "openapi.json"
FEW = 2
EXAMPLES = 30 if settings.get_current_profile_name() == "api-full" else FEW
"""Per operation; there are about ninety."""
CALLERS = ("nobody", "host", "admin", "viewer")


@dataclass
class Fuzzed:
    """One application, with the state of `template` for each request."""

    template: Template
    folder: Path
    app: FastAPI
    cases: int = 0

    @contextmanager
    def afresh(self) -> Iterator[ApiHarness]:
        api = self.template.api(self.folder)
        self.app.state.services = api.services
        try:
            yield api
        finally:
            api.services.store.close()


@pytest.fixture(scope="module")
def fuzzed(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    folder = tmp_path_factory.mktemp("fuzzed")
    it = Fuzzed(template, folder, template.api(folder).app)
    yield it
    assert EXAMPLES == FEW or it.cases >= 2000, f"only {it.cases} requests were tried"


# A body can match its schema and still be refused for what no schema expresses: a name of invisible characters, a film
# that no longer exists, a cursor of another list.
ALSO_HONEST = ["2xx", "3xx", 400, 401, 403, 404, 409, 410, 415, 422, 429, 503]
CONFIG = SchemathesisConfig.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": ALSO_HONEST}}})

schema = schemathesis.openapi.from_path(CONTRACT, config=CONFIG)


@schema.given(who=st.sampled_from(CALLERS), real=st.booleans())
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_documented(case: schemathesis.Case[Any], who: str, real: bool, fuzzed: Fuzzed) -> None:
    """Whatever is sent, the answer is documented and not a 5xx."""
    case.headers.update(fuzzed.template.world.headers(who))
    if real and case.meta and case.meta.generation.mode is GenerationMode.POSITIVE:
        ids = fuzzed.template.world.ids
        case.path_parameters = {name: ids.get(name, value) for name, value in case.path_parameters.items()}
    with fuzzed.afresh():
        response = case.call(base_url=SITE, app=fuzzed.app)
        fuzzed.cases += 1
        case.validate_response(response)
