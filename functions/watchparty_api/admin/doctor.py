"""HTTP route of the doctor: what is wrong with a home server, and how to mend it."""

from fastapi import APIRouter

from watchparty_api.admin.models import DiagnosisView, FindingView
from watchparty_api.web.caller import AdminOf
from watchparty_api.web.dependencies import ServicesOf

router = APIRouter(prefix="/admin/doctor", tags=["admin"])


@router.get("")
def diagnosis(services: ServicesOf, _: AdminOf) -> DiagnosisView:
    """Examines the server, which can take seconds: it also visits its own public address. Errors come first."""
    if services.diagnose is None:
        return DiagnosisView(findings=None)
    return DiagnosisView(findings=[FindingView.of(finding) for finding in services.diagnose()])
