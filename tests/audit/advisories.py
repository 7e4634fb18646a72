"""What pip-audit and `npm audit` reported. Pure.

Both need a registry that knows advisories. A mirror of packages alone does not, and an audit that asked no one is not a
clean one, so "not asked" is a verdict of its own.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Verdict:
    """The result for one list of packages, and a line that explains it."""

    result: Literal["ok", "FAILED", "not asked"]
    text: str


def python_verdict(output: str) -> Verdict:
    """The verdict on the JSON of `pip-audit --format json`, where a package has flaws, none, or a reason to skip it."""
    report = _parsed(output)
    packages: list[dict[str, Any]] = report.get("dependencies", [])
    known = [f"{each['name']} {each['version']}: {flaw['id']}" for each in packages for flaw in each.get("vulns", [])]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    if known:
        return Verdict("FAILED", "; ".join(known))
    if not packages or skipped:
        return Verdict("not asked", f"the registry knows nothing of {len(skipped)} of {len(packages)} packages")
    return Verdict("ok", f"{len(packages)} packages without a known flaw")


def npm_verdict(output: str) -> Verdict:
    """The verdict on the JSON of `npm audit --json`."""
    report = _parsed(output)
    counts: dict[str, int] | None = report.get("metadata", {}).get("vulnerabilities")
    if counts is None:
        return Verdict("not asked", f"the registry has no advisories (status {report.get('statusCode', 'unknown')})")
    if counts["total"]:
        return Verdict("FAILED", ", ".join(f"{number} {severity}" for severity, number in counts.items() if number))
    return Verdict("ok", "no known flaw")


def _parsed(output: str) -> dict[str, Any]:
    """The JSON object in `output`, {} where the program printed none."""
    try:
        content = json.loads(output)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
