"""The site's settings before an admin has changed any."""

from dataclasses import replace
from typing import Literal

import pytest

from fakes.api_harness import ApiHarness


@pytest.mark.parametrize(("environment", "code"), [("home", None), ("cloud", "temporary_off")])
def test_temporary_hosts_are_on_by_default_at_home_only(
    api: ApiHarness, environment: Literal["home", "cloud"], code: str | None
) -> None:
    """In the cloud hosting without an account is off until an admin enables it; /config returns the same."""
    api.services = replace(api.services, config=replace(api.services.config, environment=environment))
    assert api.client.get("/api/v1/config").json()["temporary_hosts"] is (code is None)
    assert api.client.post("/api/v1/auth/temporary", json={}).json().get("code") == code


def test_in_the_cloud_an_administrator_switches_them_on(api: ApiHarness) -> None:
    """An admin can switch them on, and changing other settings keeps them."""
    api.services = replace(api.services, config=replace(api.services.config, environment="cloud"))
    admin = api.person(role="admin").headers
    for change, status in (({"brand_name": "Kino"}, 403), ({"temporary_hosts": True}, 201)):
        assert api.client.patch("/api/v1/admin/settings", json=change, headers=admin).status_code == 200
        assert api.client.post("/api/v1/auth/temporary", json={}).status_code == status
