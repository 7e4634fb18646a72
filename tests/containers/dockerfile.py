"""Reads the instructions of a Dockerfile and lays out its last stage in a folder, without a container engine."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Image:
    """A Dockerfile and its build context."""

    file: Path
    context: Path

    @property
    def instructions(self) -> list[tuple[str, str]]:
        """Each instruction as keyword and rest, with continued lines joined."""
        text = re.sub(r"^#.*\n", "", self.file.read_text(), flags=re.MULTILINE)
        lines = re.sub(r"\\\n\s*", "", text).splitlines()
        return [(keyword, rest) for line in lines if line.strip() for keyword, _, rest in [line.partition(" ")]]

    def of(self, keyword: str) -> list[str]:
        return [rest for found, rest in self.instructions if found == keyword]

    @property
    def last_stage(self) -> list[tuple[str, str]]:
        begins = max(index for index, (keyword, _) in enumerate(self.instructions) if keyword == "FROM")
        return self.instructions[begins:]

    def copies(self) -> list[list[str]]:
        """Returns the arguments of every COPY from the build context."""
        return [rest.split() for rest in self.of("COPY") if not rest.startswith("--from")]

    def environment(self) -> dict[str, str]:
        """Returns the ENV of the last stage."""
        found = [rest for keyword, rest in self.last_stage if keyword == "ENV"]
        return dict(pair.split("=", 1) for rest in found for pair in rest.split())

    def command(self) -> list[str]:
        """Returns the command of the container: ENTRYPOINT or CMD in exec form."""
        found: list[str] = json.loads((self.of("ENTRYPOINT") or self.of("CMD"))[-1])
        return found

    def health_command(self) -> list[str]:
        found: list[str] = json.loads(self.of("HEALTHCHECK")[-1].partition("CMD ")[2])
        return found

    def lay_out(self, folder: Path) -> Path:
        """Copies the files that the last stage takes from the context to their places; returns the folder of /app."""
        for keyword, rest in self.last_stage:
            if keyword == "COPY" and not rest.startswith("--from"):
                *sources, target = rest.split()
                for source in map(self.context.joinpath, sources):
                    to = folder / target.lstrip("/")
                    if source.is_dir():
                        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
                    else:
                        to.mkdir(parents=True, exist_ok=True)
                        shutil.copy(source, to)
        return folder / "app"


FUNCTIONS = Image(ROOT / "functions/Dockerfile", ROOT / "functions")
RELAY = Image(ROOT / "sync-relay/Dockerfile", ROOT / "sync-relay")
TRANSCODER = Image(ROOT / "transcoder/Dockerfile", ROOT / "transcoder")
STANDALONE = Image(ROOT / "standalone/Dockerfile", ROOT)
IMAGES = {"functions": FUNCTIONS, "relay": RELAY, "transcoder": TRANSCODER, "standalone": STANDALONE}
