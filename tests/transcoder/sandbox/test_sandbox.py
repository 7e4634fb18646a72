"""A program that has taken over ffmpeg, or the transcoder itself, reaches nothing but its film.

Each attack runs where the real launch path starts ffmpeg: the command of the transcoder, with a stand-in for ffmpeg.
The same attack succeeds without the sandbox, so that a refusal proves something.
"""

import os
import re
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import transcode
from watchparty_transcoder.sandbox.sandbox import Available, Mode, Sandbox, available, describe

pytestmark = [
    pytest.mark.media,
    pytest.mark.skipif(not available().complete, reason="this kernel has no Landlock or seccomp"),
]

ATTACKS = {
    "environment": "os.environ['WATCHPARTY_SMTP_URL']",
    "memory of the parent": "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "another file": "open('{secret}').read()",
    "a listing": "os.listdir('{folder}')",
    "users": "open('/etc/passwd').read()",
    "connection": "socket.create_connection(('127.0.0.1', {port}), 5)",
    "datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "unix socket": "socket.socket(socket.AF_UNIX)",
    "fork": "os.fork() or os._exit(0)",
    "4 GB": "mmap.mmap(-1, 4 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)",
    "4 GB shared": "mmap.mmap(-1, 4 << 30)",
    "writing outside": "open('{folder}/planted', 'w').write('x')",
    "writing to the original": "open('{film}', 'r+b').write(b'x')",
    "deleting the original": "os.unlink('{film}')",
    "signal": "os.kill(os.getppid(), 0)",
    "many files": "[os.dup(1) for _ in range(2000)]",
}


TRIES = """#!{python} -ISB
import mmap, os, socket, sys
for name, attack in {attacks!r}.items():
    try:
        exec(attack)
        result = "SUCCEEDED"
    except Exception as error:
        result = f"REFUSED: {{error!r}}"
    print(name, result, sep=": ", file=sys.stderr)
sys.exit(9)
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(
        tmp_path_factory.mktemp("film") / "film.mkv", [*video("160x90", seconds=2), *X264, "-pix_fmt", "yuv422p"]
    )


@pytest.fixture
def targets(film: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What is there to be reached: a secret, a folder, a port, and the film."""
    private = tmp_path / "private"
    private.mkdir()
    (private / "secret").write_text("the secret")
    upload = tmp_path / "upload"
    upload.write_bytes(film.read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {
            "{secret}": str(private / "secret"),
            "{folder}": str(private),
            "{port}": str(server.getsockname()[1]),
            "{film}": str(upload),
        }


def aimed(attacks: dict[str, str], targets: dict[str, str]) -> dict[str, str]:
    def at(code: str) -> str:
        for name, value in targets.items():
            code = code.replace(name, value)
        return code

    return {name: at(code) for name, code in attacks.items()}


def results(output: str, attacks: dict[str, str]) -> dict[str, str]:
    """SUCCEEDED or REFUSED for each attack."""
    found = {name: re.search(f"^{re.escape(name)}: (SUCCEEDED|REFUSED)", output, re.MULTILINE) for name in attacks}
    assert all(found.values()), output
    return {name: each[1] for name, each in found.items() if each}


@pytest.mark.parametrize(("sandbox", "expected"), [("required", "REFUSED"), ("off", "SUCCEEDED")])
def test_ffmpeg_reaches_only_its_film(sandbox: str, expected: str, targets: dict[str, str], tmp_path: Path) -> None:
    """Secrets, other files, sockets, processes, memory and writing are refused; without the sandbox each succeeds."""
    program = tmp_path / "stand-in"
    python = Path(sysconfig.get_config_var("BINDIR")) / "python3"
    program.write_text(TRIES.format(python=python, attacks=aimed(ATTACKS, targets)))
    program.chmod(0o755)
    extra = {"WATCHPARTY_FFMPEG": str(program), "WATCHPARTY_MEDIA_SANDBOX": sandbox}
    outcome = transcode(Path(targets["{film}"]), tmp_path / "out", WATCHPARTY_SMTP_URL="smtp://secret", **extra)
    expected_results = dict.fromkeys(ATTACKS, expected) | {"environment": "REFUSED"}  # which is clean in any mode
    assert results(outcome.log, ATTACKS) == expected_results, outcome.log


OF_THE_TRANSCODER = {
    "another file": "open('{secret}').read()",
    "users": "open('/etc/passwd').read()",
    "connection": "socket.create_connection(('127.0.0.1', {port}), 5)",
    "unix socket": "socket.socket(socket.AF_UNIX)",
    "4 GB": "mmap.mmap(-1, 4 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)",
    "writing outside": "open('{folder}/planted', 'w')",
    "writing to the original": "open('{film}', 'r+b')",
    "signal": "os.kill(os.getppid(), 0)",
}


@pytest.mark.parametrize(("sandbox", "expected"), [("required", "REFUSED"), ("off", "SUCCEEDED")])
def test_the_transcoder_reaches_only_its_film(
    sandbox: str, expected: str, targets: dict[str, str], tmp_path: Path
) -> None:
    """libav runs inside the transcoder, which therefore confines itself before it opens the file."""
    film, out = targets["{film}"], tmp_path / "out"
    script = f"""
import mmap, os, socket
from pathlib import Path
from watchparty_transcoder import bootstrap
from watchparty_transcoder.config import read_config
from watchparty_transcoder.events.event_emitter import RunIdentity
identity = RunIdentity(video_id="v", generation=1)
job = bootstrap.local_job(
    read_config(os.environ), source=Path({film!r}), output=Path({str(out)!r}), identity=identity
)
job.storage.write("allowed", b"x")
assert job.storage.read("allowed") == b"x" and job.source.open().read(4)
for name, attack in {aimed(OF_THE_TRANSCODER, targets)!r}.items():
    try:
        exec(attack)
        print(name, "SUCCEEDED", sep=": ")
    except (OSError, MemoryError) as error:
        print(name, "REFUSED", sep=": ")
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "WATCHPARTY_MEDIA_SANDBOX": sandbox}
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert results(ended.stdout, OF_THE_TRANSCODER) == dict.fromkeys(OF_THE_TRANSCODER, expected)


def test_a_film_is_prepared_in_the_sandbox(film: Path, tmp_path: Path) -> None:
    """Decoding, encoding, copying, poster and sprites all do without what is refused."""
    source = make(tmp_path / "film.mp4", [*video("320x180", seconds=5), *audio(5), *X264, *AAC])
    for upload in (film, source):
        outcome = transcode(upload, tmp_path / f"out-{upload.suffix}", WATCHPARTY_MEDIA_SANDBOX="required")
        assert outcome.exit_code == 0, outcome.log
        assert outcome.last["poster"]
        assert outcome.last["sprites"]
        assert "Traceback" not in outcome.log


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Available(7, seccomp=True), "full"),
        (Available(1, seccomp=True), "partial"),
        (Available(0, seccomp=True), "partial"),
        (Available(0, seccomp=False), "limits"),
    ],
)
def test_what_is_missing_is_named(found: Available, expected: str) -> None:
    """The operator reads in one sentence what the kernel lacks."""
    word, sentence = describe(Mode.AUTO, found)
    assert word == expected
    assert "Landlock" in sentence
    assert sentence.endswith(".")
    assert describe(Mode.OFF, found)[0] == "off"


def test_without_landlock_limits_still_apply(film: Path, tmp_path: Path) -> None:
    """A kernel without either still refuses memory, and still runs the program."""
    sandbox = Sandbox(mode=Mode.AUTO, found=Available(0, seccomp=False), readable=(film,))
    script = "try:\n    len(bytearray(4 << 30))\nexcept MemoryError:\n    print('REFUSED')"
    with sandbox.for_ffmpeg(Path(sys.executable), pixels=0, timeout_s=60) as confine:
        ended = subprocess.run(
            [sys.executable, "-c", script], preexec_fn=confine, capture_output=True, text=True, check=False
        )
    assert ended.stdout == "REFUSED\n", ended.stderr


def test_an_unknown_mode_is_refused(film: Path, tmp_path: Path) -> None:
    """A mistyped setting does not turn the sandbox off."""
    outcome = transcode(film, tmp_path / "out", WATCHPARTY_MEDIA_SANDBOX="no")
    assert outcome.exit_code == 3
    assert "WATCHPARTY_MEDIA_SANDBOX must be one of auto, required, off" in outcome.log
    assert outcome.events == []
