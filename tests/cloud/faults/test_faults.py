"""Every known fault has a check that sees it; `make cloud-faults` puts all of them back, which takes minutes."""

from pathlib import Path

import pytest

from cloud.faults.faults import FAULTS, ROOT, Fault, apply, is_found


def test_every_known_fault_has_a_row() -> None:
    """The review listed 24; each names a check, or the reason why there is none."""
    assert [fault.number for fault in FAULTS] == list(range(1, 25))
    assert [fault.number for fault in FAULTS if bool(fault.why_none) == bool(fault.check)] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"B{fault.number}")
def test_a_fault_can_be_put_back(fault: Fault, tmp_path: Path) -> None:
    """Its patch applies to what is there now, and its check exists."""
    for change in fault.changes:
        (tmp_path / change.file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / change.file).write_text((ROOT / change.file).read_text())
    apply(fault, tmp_path)
    file, _, name = fault.check.partition("::")
    assert not fault.check or f"def {name}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.cheap], ids=lambda fault: f"B{fault.number}")
def test_the_check_of_a_cheap_fault_fails(fault: Fault) -> None:
    """Put back in a copy of the checkout, the fault is found by its check."""
    found, said = is_found(fault)
    assert found, said


def test_the_page_names_what_terraform_cannot_do() -> None:
    """The role on the billing account, regions in which a new project may build, and a domain's mapping in hobby."""
    page = (ROOT / "docs" / "deployment.md").read_text()
    for needed in ("roles/billing.costsManager", "domain-mappings create", "build/docs/locations"):
        assert needed in page
