"""Faults that cannot be made on every machine, as facts; and what every finding has."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watchparty.doctor.checks import CHECKS, diagnose
from watchparty.doctor.facts import DataFacts, Facts, FfmpegFacts, PortFacts, PublicFacts

NOW = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
DATA = DataFacts(path="/data", permissions=0o700, free_bytes=10**12)
PUBLIC = PublicFacts(url="https://watch.test", resolves=True, status=200, is_watchparty=True, socket_status=101)
HEALTHY = Facts(now=NOW, release="1.0", data=DATA, public=PUBLIC, port=PortFacts(host="0.0.0.0", number=8400))


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("disk_full", replace(HEALTHY, data=replace(DATA, free_bytes=10**8))),
        ("disk_low", replace(HEALTHY, data=replace(DATA, free_bytes=10**9))),
        ("files_low", replace(HEALTHY, data=replace(DATA, free_files=100))),
        ("disk_read_only", replace(HEALTHY, data=replace(DATA, read_only_disk=True, writable=False))),
        ("network_file_system", replace(HEALTHY, data=replace(DATA, file_system="nfs4"))),
        ("memory_low", replace(HEALTHY, memory_bytes=10**8)),
        ("descriptors_low", replace(HEALTHY, descriptor_limit=256)),
        ("port_forbidden", replace(HEALTHY, port=PortFacts(host="0.0.0.0", number=80, holder="forbidden"))),
        ("ffmpeg_missing", replace(HEALTHY, ffmpeg=FfmpegFacts())),
        ("clock_off", replace(HEALTHY, public=replace(PUBLIC, date=NOW + timedelta(hours=1)))),
        ("public_without_tls", replace(HEALTHY, public=replace(PUBLIC, url="http://watch.test"))),
        ("page_missing", replace(HEALTHY, page_exists=False)),
        ("temporary_folder_unusable", replace(HEALTHY, temporary_folder_problem="No space left on device")),
    ],
)
def test_a_fact_is_a_finding(code: str, facts: Facts) -> None:
    """Alone; and the same facts without it are none."""
    assert [finding.code for finding in diagnose(facts)] == [code]
    assert diagnose(HEALTHY) == []


def test_a_line_that_mends_can_be_pasted() -> None:
    """Also for a folder whose name contains spaces: a part of it may be another folder."""
    data = replace(DATA, path="/srv/watch party", permissions=0o755, open_keys=("join.json",), layout_problem="?")
    mends = [each.mend for each in diagnose(replace(HEALTHY, data=replace(data, unwritable=("a",), free_files=1)))]
    assert len(mends) == 5
    assert all("'/srv/watch party'" in mend for mend in mends)


def test_unknown_facts_are_no_findings() -> None:
    """On a system that does not tell, the doctor says nothing."""
    assert diagnose(Facts(now=NOW, release="1.0")) == []
    assert [finding for check in CHECKS for finding in check(Facts(now=NOW, release="1.0"))] == []


def test_errors_come_first() -> None:
    """Whatever stops the server is read before what may stop it later."""
    facts = replace(HEALTHY, memory_bytes=1, page_exists=False)
    assert [finding.severity for finding in diagnose(facts)] == ["error", "warning"]
