"""A flaw is reported, a clean list passes, and a registry without advisories is never taken for a clean list."""

import json
from typing import Any

import pytest

from audit.advisories import npm_verdict, python_verdict

CLEAN = {"name": "av", "version": "18.1.0", "vulns": []}
FLAWED = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "far", "skip_reason": "Dependency not found on PyPI and could not be audited: far (1.0)"}


@pytest.mark.parametrize(
    ("packages", "result"),
    [
        ([CLEAN], "ok"),
        ([CLEAN, FLAWED], "FAILED"),
        ([FLAWED, UNKNOWN], "FAILED"),
        ([CLEAN, UNKNOWN], "not asked"),
        ([], "not asked"),
    ],
)
def test_python_packages(packages: list[dict[str, Any]], result: str) -> None:
    """Known flaws fail even if other packages are unknown; a package that is unknown is never "ok"."""
    verdict = python_verdict(json.dumps({"dependencies": packages, "fixes": []}))
    assert verdict.result == result
    assert ("PYSEC-2026-1" in verdict.text) == (result == "FAILED")


@pytest.mark.parametrize(
    ("report", "result"),
    [
        ({"metadata": {"vulnerabilities": {"low": 0, "high": 0, "total": 0}}}, "ok"),
        ({"metadata": {"vulnerabilities": {"low": 0, "high": 2, "total": 2}}}, "FAILED"),
        ({"statusCode": 405, "error": {"summary": ""}}, "not asked"),
    ],
)
def test_page_packages(report: dict[str, Any], result: str) -> None:
    """npm counts flaws by severity; an error of the registry is no answer."""
    assert npm_verdict(json.dumps(report)).result == result


@pytest.mark.parametrize("output", ["", "Traceback (most recent call last)", "[]"])
def test_a_program_that_failed_asked_no_one(output: str) -> None:
    """Output without a report is no verdict on the packages."""
    assert python_verdict(output).result == npm_verdict(output).result == "not asked"
