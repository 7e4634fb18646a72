"""The workspace's settings: what an administrator can change while the site runs."""

from __future__ import annotations

from watchparty_api.records import WorkspaceSettings
from watchparty_api.services import Services

SETTINGS_ID = "settings"


def read_settings(services: Services) -> WorkspaceSettings:
    """The stored settings, or the defaults (version 0) when nobody has changed any."""
    stored = services.store.get(WorkspaceSettings, SETTINGS_ID)
    return stored or WorkspaceSettings(
        id=SETTINGS_ID,
        created_at=services.now(),
        temporary_hosts=services.config.environment == "home",  # in the cloud everybody is in reach
    )
