"""Gathers all facts, and shows the findings: as text, as JSON, and as a file for a bug report."""

import json
import os
import platform
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from watchparty.config import HomeConfig
from watchparty.data_folder import DataFolder
from watchparty.doctor import local_facts, reach
from watchparty.doctor.facts import DatabaseFacts, Facts
from watchparty.site import page_folder
from watchparty_api.config import Config
from watchparty_api.findings import Finding

LOG_BYTES = 200_000
"""How much of the end of a log goes into a bundle."""
_SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)\S*@")
"""Up to the last @: in a password it may be unencoded."""
_QUERY = re.compile(r"(?<=://)([^\s?#\"']*)[?#][^\s\"']+")
_NAMED = re.compile(r"((?:password|passwd|secret|token|signature|credential)=)[^\s&\"']+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LONG = re.compile(r"\b(?=[\w-]*\d)[A-Za-z0-9_-]{24,}\b")


def facts_of(
    config: HomeConfig, environ: Mapping[str, str], *, is_serving: bool = False, within_s: float = reach.WITHIN_S
) -> Facts:
    """Everything that can be found out within seconds. `is_serving`: this process is the server. `within_s`: for each
    answer of the site.
    """
    folder = DataFolder(config.data)
    is_ours = is_serving or reach.answers_as_watchparty(config.host, config.port, within_s=within_s)
    return Facts(
        now=datetime.now(UTC),
        release=Config(public_url=None).version,
        port=local_facts.port_facts(config, is_ours=is_ours),
        data=local_facts.data_facts(config),
        database=_database(config, folder),
        journal=None if config.redis_url else local_facts.sqlite_facts(folder.relay_journal, is_journal=True),
        ffmpeg=local_facts.ffmpeg_facts(environ.get("WATCHPARTY_FFMPEG") or None),
        public=reach.public_facts(config.public_url, within_s=within_s) if config.public_url else None,
        trusted_proxies=config.trusted_proxies,
        backups=local_facts.backup_facts(config),
        mail_problem=reach.mail_problem(config),
        storage_problems=reach.storage_problems(config.s3),
        redis_problem=reach.redis_problem(config.redis_url),
        memory_bytes=local_facts.available_memory(),
        descriptor_limit=local_facts.descriptor_limit(),
        page_exists=(page_folder() / "index.html").exists(),
        temporary_folder_problem=local_facts.temporary_folder_problem(),
        settings=shown_settings(environ),
    )


def _database(config: HomeConfig, folder: DataFolder) -> DatabaseFacts | None:
    if config.store_url is None:
        return local_facts.sqlite_facts(folder.database, is_journal=False)
    problem = None
    try:
        parts = urlsplit(config.store_url)
        if parts.scheme.startswith("postgresql"):
            problem = reach.connection_problem(parts.hostname or "localhost", parts.port or 5432)
    except ValueError:
        problem = reach.MALFORMED
    return DatabaseFacts(location=without_secrets(config.store_url), problem=problem)


def unusable_settings(problem: str, environ: Mapping[str, str]) -> Facts:
    """The facts of an installation whose settings are invalid."""
    return Facts(
        now=datetime.now(UTC),
        release=Config(public_url=None).version,
        settings_problem=problem,
        settings=shown_settings(environ),
    )


def shown_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings in the environment, without their secrets."""
    names = sorted(name for name in environ if name.startswith(("WATCHPARTY_", "AWS_")))
    return {name: "(set)" if _SECRET.search(name) else _shown_setting(environ[name]) for name in names}


def _shown_setting(value: str) -> str:
    """A password in it can also contain white space."""
    scheme, separator, rest = value.partition("://")
    return without_secrets(f"{scheme}{separator}…@{rest.rpartition('@')[2]}" if separator and "@" in rest else value)


def without_secrets(text: str) -> str:
    """Removes email addresses and what can let someone in: credentials, queries and fragments of addresses, values with
    the name of a secret, and everything long enough to be a key or a link.
    """
    without = _QUERY.sub(r"\1?…", _CREDENTIALS.sub("…@", text))
    return _LONG.sub("…", _EMAIL.sub("…@…", _NAMED.sub(r"\1…", without)))


def as_text(findings: Sequence[Finding]) -> str:
    """The findings for people, each with the line that mends it."""
    if not findings:
        return "No fault found."
    blocks = []
    for finding in findings:
        sure = "" if finding.certainty == "certain" else " (likely)"
        blocks.append(f"{finding.severity.upper()}{sure}: {finding.what}\n  → {finding.mend}")
    errors = sum(finding.severity == "error" for finding in findings)
    return "\n\n".join([*blocks, f"Errors: {errors}, warnings: {len(findings) - errors}."])


def as_json(findings: Sequence[Finding]) -> str:
    return json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=1, ensure_ascii=False)


def write_bundle(path: Path, facts: Facts, findings: Sequence[Finding], *, log: Path) -> None:
    """Writes a zip file for a bug report: facts, findings and the end of the transcoder's log, without secrets."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w+b") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        system = {"python": sys.version, "system": platform.platform(), "cpus": os.cpu_count()}
        text = json.dumps({"system": system, **asdict(facts)}, indent=1, default=str, ensure_ascii=False)
        bundle.writestr("facts.json", without_secrets(text).encode(errors="replace"))
        bundle.writestr("findings.json", without_secrets(as_json(findings)))
        if log.exists():
            bundle.writestr("transcoder.log", without_secrets(_end_of(log)))


def _end_of(log: Path) -> str:
    """The last lines, all whole: half an address could not be recognised as one."""
    content = log.read_bytes()
    end = content if len(content) <= LOG_BYTES else content[-LOG_BYTES:].partition(b"\n")[2]
    return end.decode(errors="replace")
