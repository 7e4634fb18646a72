"""A healthy installation, and what the doctor finds in it."""

import argparse
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fakes.google.emulators import free_port
from watchparty.config import home_config
from watchparty.data_folder import DataFolder
from watchparty.doctor.checks import diagnose
from watchparty.doctor.facts import Facts
from watchparty.doctor.reach import WITHIN_S
from watchparty.doctor.report import facts_of, unusable_settings
from watchparty.errors import HomeError

NOBODY = 65534


@dataclass
class Installation:
    """A data folder and the settings of its server."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    within_s: float = WITHIN_S
    """How long the site can take for each answer. Tests in which it must answer wait longer: a machine can be busy."""

    @property
    def folder(self) -> DataFolder:
        return DataFolder(self.data)

    def facts(self) -> Facts:
        """Real facts, except for those of this machine that other programs change: free memory and disk."""
        arguments = argparse.Namespace(host=None, port=self.port, data=str(self.data), no_browser=True, demo=False)
        environ: Mapping[str, str] = {"HOME": str(self.data.parent), "WATCHPARTY_HOST": "127.0.0.1", **self.settings}
        try:
            found = facts_of(home_config(arguments, environ), environ, within_s=self.within_s)
        except HomeError as error:
            return unusable_settings(str(error), environ)
        data = replace(found.data, free_bytes=10**12, free_files=None) if found.data else None
        return replace(found, memory_bytes=10**10, data=data, descriptor_limit=65_536, page_exists=True)

    def codes(self) -> set[str]:
        return {finding.code for finding in diagnose(self.facts())}

    def codes_for_another_user(self) -> set[str]:
        """What the doctor finds when a user runs it who owns none of the files."""
        if os.geteuid() != 0:
            return self.codes()
        self.codes()  # loads all modules, which that user perhaps cannot read
        reading, writing = os.pipe()
        if os.fork() == 0:
            try:
                os.setuid(NOBODY)
                os.write(writing, json.dumps(sorted(self.codes())).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            found: list[str] = json.load(answer)
        os.wait()
        return set(found)


def copied(template: Path, to: Path) -> Installation:
    shutil.copytree(template, to, ignore=shutil.ignore_patterns("lock"))
    to.chmod(0o700)
    return Installation(to)
