"""Uploads to a real server, over connections that break."""

import argparse
import os
import random
import signal
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from e2e.films import copyable
from e2e.home import Home
from fakes.proxies import FORWARDS, nginx
from fakes.waiting import eventually
from standalone.client.command_line import Api, CommandLine, Json, Line, line_to
from watchparty.client import commands
from watchparty.client.config import client_config
from watchparty.client.connection import Server
from watchparty.client.errors import Interrupted
from watchparty.client.film_file import FileChanged, FilmFile
from watchparty.client.saved_uploads import SavedUploads
from watchparty.client.transports import CHUNK_BYTES
from watchparty.client.upload import FilmUpload

pytestmark = [pytest.mark.service, pytest.mark.integration]

NOISE = random.Random(17).randbytes(CHUNK_BYTES + 3_000_001)
"""No film, so that preparing it fails at once. Its bytes are kept, and it takes two requests."""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "The film.mkv"
    path.write_bytes(NOISE)
    return path


def original(server: Home, video_id: str) -> bytes:
    return (server.data / "uploads" / video_id / "original").read_bytes()


def has_arrived(server: Home, video_ids: list[str]) -> bool:
    return any((server.data / "uploads" / video_id / "original").exists() for video_id in video_ids)


def interrupt(here: CommandLine, line: Line, film: Path, *, title: str, how: signal.Signals) -> tuple[int, str]:
    """Starts an upload, interrupts it after the first chunk, and repairs the line; returns exit code and message."""
    command = here.started("upload", film, "--title", title)
    assert line.tripped.wait(60)
    command.send_signal(how)
    _, error = command.communicate(timeout=60)
    line.release()
    return command.returncode, error


def titled(api: Api, title: str) -> list[str]:
    return [video["id"] for video in api.call("GET", "/videos")["items"] if video["title"] == title]


def test_a_film_is_uploaded(command_line: CommandLine, server: Home, api: Api, film: Path) -> None:
    """Every byte is stored, and the id is printed. Nothing is left that belongs to the upload."""
    outcome = command_line.run("upload", film, "--title", "Whole", "--json")
    assert (outcome.code, outcome.error) == (0, "")
    video_id = outcome.json[0]["video_id"]
    assert titled(api, "Whole") == [video_id]
    assert original(server, video_id) == NOISE
    assert not list(Path(command_line.settings["XDG_STATE_HOME"]).rglob("*.json"))


def test_a_broken_connection_is_continued(command_line: CommandLine, server: Home, api: Api, film: Path) -> None:
    """What has arrived is not sent again."""
    with line_to(server.port, limit=CHUNK_BYTES // 2) as line:
        outcome = command_line.using(WATCHPARTY_URL=line.url).run("upload", film, "--title", "Broken", "--json")
        assert line.tripped.is_set()
    assert (outcome.code, outcome.error) == (0, "")
    assert line.sent < len(NOISE) + CHUNK_BYTES // 2
    assert titled(api, "Broken") == [outcome.json[0]["video_id"]]
    assert original(server, outcome.json[0]["video_id"]) == NOISE


def test_a_proxy_that_limits_requests_is_no_obstacle(
    command_line: CommandLine, server: Home, film: Path, tmp_path: Path
) -> None:
    """nginx allows 1 MB unless it is configured, and answers before it has read the request: smaller ones follow."""
    location = f"proxy_pass http://127.0.0.1:{server.port};{FORWARDS} proxy_request_buffering off;"
    with nginx(tmp_path / "nginx", location) as port:
        outcome = command_line.using(WATCHPARTY_URL=f"http://127.0.0.1:{port}").run("upload", film, "--json")
    assert (outcome.code, outcome.error) == (0, "")
    assert original(server, outcome.json[0]["video_id"]) == NOISE


def test_an_upload_that_the_server_has_forgotten_begins_again(
    command_line: CommandLine, server: Home, api: Api, film: Path
) -> None:
    """Sessions end after a week. The film is uploaded from the beginning, to the same video."""
    with line_to(server.port, limit=CHUNK_BYTES + 1_000_000, hold=True) as line:
        here = command_line.using(WATCHPARTY_URL=line.url)
        interrupt(here, line, film, title="Forgotten", how=signal.SIGKILL)
        (begun,) = titled(api, "Forgotten")
        for each in (server.data / "uploads" / begun / "sessions").iterdir():
            each.unlink()
        outcome = here.run("upload", film, "--title", "Forgotten", "--json")
    assert (outcome.code, outcome.error, outcome.json[0]["video_id"]) == (0, "", begun)
    assert original(server, begun) == NOISE


def test_an_unreachable_server_is_given_up(command_line: CommandLine, server: Home, api: Api, film: Path) -> None:
    """After the last attempt the command says how far it got, and that it can be repeated. Pauses grow to 30 s."""
    pauses: list[float] = []
    settings = client_config(command_line.settings)
    with line_to(server.port, limit=CHUNK_BYTES + 1_000_000, hold=True) as line, FilmFile(film) as open_film:
        line.gone = True
        lost = Server(replace(settings, url=line.url))
        upload = FilmUpload(
            lost,
            open_film,
            SavedUploads(settings.state, server=line.url),
            progress=lambda _sent, _size: None,
            warn=pytest.fail,
            pause=pauses.append,
        )
        with closing(lost), pytest.raises(Interrupted, match=r"stopped at 84 %.*Run the same command again"):
            upload.run(title="Gone")
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_command_is_continued(
    how: signal.Signals, command_line: CommandLine, server: Home, api: Api, film: Path
) -> None:
    """After a kill or Ctrl-C the same command sends only the rest, to the same video."""
    title = f"Interrupted by {how.name}"
    with line_to(server.port, limit=CHUNK_BYTES + 1_000_000, hold=True) as line:
        here = command_line.using(WATCHPARTY_URL=line.url)
        code, error = interrupt(here, line, film, title=title, how=how)
        begun = titled(api, title)
        outcome = here.run("upload", film, "--title", title, "--json")
    if how == signal.SIGINT:
        assert (code, error) == (7, "Stopped. Run the same command again to continue the upload.\n")
    assert (outcome.code, outcome.error) == (0, "")
    assert [outcome.json[0]["video_id"]] == begun == titled(api, title)
    assert line.sent < len(NOISE) - CHUNK_BYTES + 100_000
    assert original(server, begun[0]) == NOISE


def test_an_upload_whose_last_answer_was_lost_is_not_repeated(
    command_line: CommandLine, server: Home, api: Api, film: Path
) -> None:
    """The film arrived while the command was killed. The next one reports that video and creates no second."""
    with line_to(server.port, limit=CHUNK_BYTES + 1_000_000, mute=True) as line:
        here = command_line.using(WATCHPARTY_URL=line.url)
        interrupted = here.started("upload", film, "--title", "Lost")
        eventually("the film has arrived", lambda: has_arrived(server, titled(api, "Lost")))
        interrupted.kill()
        interrupted.communicate(timeout=60)
        line.release()
        outcome = here.run("upload", film, "--title", "Lost", "--json")
    assert [outcome.json[0]["video_id"]] == titled(api, "Lost")
    assert line.sent < 10_000


def test_a_changed_file_is_another_upload(command_line: CommandLine, server: Home, film: Path) -> None:
    """The parts of two versions of a file are never put together. What is remembered is private, without the token."""
    with line_to(server.port, limit=CHUNK_BYTES + 1_000_000, hold=True) as line:
        here = command_line.using(WATCHPARTY_URL=line.url)
        interrupt(here, line, film, title="Changed", how=signal.SIGKILL)
        (saved,) = Path(command_line.settings["XDG_STATE_HOME"]).rglob("*.json")
        assert saved.stat().st_mode & 0o777 == 0o600
        assert command_line.settings["WATCHPARTY_TOKEN"] not in saved.read_text()
        film.write_bytes(NOISE[::-1])
        os.utime(film, ns=(1, 1))
        outcome = here.run("upload", film, "--json")
    assert original(server, outcome.json[0]["video_id"]) == NOISE[::-1]


def test_a_file_that_grows_is_not_uploaded_to_its_end(film: Path) -> None:
    """A film that another program is still writing is refused in a sentence."""
    with FilmFile(film) as open_film, film.open("ab") as other:
        pieces = open_film.pieces(0, open_film.size_bytes)
        next(pieces)
        other.write(b"more")
        other.flush()
        with pytest.raises(FileChanged, match="changed while it was being uploaded"):
            list(pieces)


def test_a_film_is_shown_in_a_room(command_line: CommandLine, api: Api) -> None:
    """With --room, by its link, the command waits until the film can be watched, and shows it."""
    room = command_line.run("rooms", "create", "--json").json[0]
    outcome = command_line.run("upload", copyable(60), "--room", room["url"], "--json")
    assert (outcome.code, outcome.error) == (0, "")
    film = api.call("GET", f"/rooms/{room['id']}")["film"]
    assert (film["id"], film["playable"]) == (outcome.json[0]["video_id"], True)
    assert outcome.json[0]["room"]["film"]["id"] == film["id"]


class StoppedAfterTheUpload(Server):
    """Its user presses Ctrl-C while the command waits for the film."""

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        if (method, path.count("/")) == ("GET", 2):
            raise KeyboardInterrupt
        return super().call(method, path, body)


def test_a_command_that_waits_for_the_film_is_continued(command_line: CommandLine, api: Api) -> None:
    """After Ctrl-C the same command waits for the same film, and creates no second."""
    room = command_line.run("rooms", "create", "--json").json[0]
    config = client_config(command_line.settings)
    arguments = argparse.Namespace(file=copyable(60), room=room["url"], title="Waited for", json=True)
    with closing(StoppedAfterTheUpload(config)) as server, pytest.raises(Interrupted, match="Run the same command"):
        commands.upload(server, arguments, config)
    again = command_line.run("upload", copyable(60), "--room", room["url"], "--title", "Waited for", "--json")
    assert (again.code, again.error) == (0, "")
    assert titled(api, "Waited for") == [again.json[0]["video_id"]]
    assert not list(config.state.rglob("*.json"))


def test_a_film_that_can_not_be_shown_is_uploaded_again(command_line: CommandLine, api: Api, film: Path) -> None:
    """It is no film: repeating the command does not return to the one that failed."""
    room = command_line.run("rooms", "create", "--json").json[0]
    for _ in range(2):
        outcome = command_line.run("upload", film, "--room", room["id"], "--title", "No film")
        assert outcome.code == 5
        assert outcome.error.startswith("The film is uploaded, but can’t be prepared: ")
    assert len(titled(api, "No film")) == 2
