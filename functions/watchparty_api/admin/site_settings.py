"""HTTP routes of the site's settings."""

from dataclasses import replace

from fastapi import APIRouter

from watchparty_api import audit, spending
from watchparty_api.admin.models import SettingsChange, SettingsView
from watchparty_api.errors import Conflict
from watchparty_api.records import WorkspaceSettings
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace
from watchparty_api.web.caller import AdminOf
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.proof import require_proof

router = APIRouter(prefix="/admin/settings", tags=["admin"])


@router.get("")
def show_settings(services: ServicesOf, _: AdminOf) -> SettingsView:
    """Returns the settings, with defaults for those never changed."""
    return _view(services, services.settings())


@router.patch("")
def change_settings(body: SettingsChange, services: ServicesOf, admin: AdminOf) -> SettingsView:
    """Changes the given settings. Whether admins need a second factor needs a fresh proof, and requires one first."""
    before = services.settings()
    if body.admin_second_factor is not None and body.admin_second_factor != before.admin_second_factor:
        require_proof(services, admin.account, admin.session)
        if not admin.account.second_factor:
            raise Conflict("no_second_factor", "Add a passkey or an authenticator app to your own account first.")
    changes = body.model_dump(exclude_none=True)
    after = replace(before, **changes)
    write = Replace(after) if before.version else Create(after)
    audit.commit(services, [write], actor=admin.account.id, action="settings.changed", target="settings", data=changes)
    return _view(services, after)


def _view(services: Services, settings: WorkspaceSettings) -> SettingsView:
    return SettingsView.of(settings, services.config, services.trusted_clock.readings(), spending.current(services))
