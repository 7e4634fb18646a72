"""Rooms and films by command, the scopes that each command needs, and a sentence and an exit code for each error."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cloud.authority import Authority, Certificate
from e2e.home import Home
from fakes.local_server import serving
from standalone.client.command_line import Api, CommandLine
from watchparty.client.commands import pages
from watchparty.client.config import client_config
from watchparty.client.connection import Server, new_connection

pytestmark = [pytest.mark.service, pytest.mark.integration]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mkv"
    path.write_bytes(b"no film, but with the name of one")
    return path


def test_a_room_is_created_listed_and_closed(command_line: CommandLine, api: Api) -> None:
    """The link is printed for people, and everything as JSON for scripts."""
    created = command_line.run("rooms", "create", "--name", "Movie night", "--access", "knock", "--json").json[0]
    assert (created["name"], created["access"]) == ("Movie night", "knock")
    assert created["id"] in [room["id"] for room in command_line.run("rooms", "list", "--json").json]
    listed = command_line.run("rooms", "list").out
    assert f"{created['id']}  {created['created_at'][:16]}  Movie night" in listed
    assert command_line.run("rooms", "create").out.startswith(f"{command_line.settings['WATCHPARTY_URL']}/r/")
    assert command_line.run("rooms", "close", created["url"]).out == f"Closed {created['id']}\n"
    assert created["id"] not in command_line.run("rooms", "list").out
    again = command_line.run("rooms", "close", created["id"])
    assert (again.code, again.error) == (4, "The host closed this room.")


def test_someone_is_invited(command_line: CommandLine, api: Api) -> None:
    """The personal link has the role, the number of uses and the end that were given."""
    room_id = command_line.run("rooms", "create", "--json").json[0]["id"]
    options = ["--moderator", "--uses", "3", "--hours", "2"]
    url = command_line.run("rooms", "invite", room_id, *options).out
    (made,) = api.call("GET", f"/rooms/{room_id}/invitations")["items"]
    assert f"/r/{room_id}#invite={made['id']}." in url
    assert (made["role"], made["max_uses"]) == ("moderator", 3)
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=1.9) < left < timedelta(hours=2.1)


@pytest.mark.parametrize(
    "argv",
    [
        ["rooms", "close", "-hDMRk_v-4cDnKV9itULmA"],
        ["rooms", "close", "--json", "-hDMRk_v-4cDnKV9itULmA", "nowhere"],
        ["rooms", "invite", "--DMRk_v-4cDnKV9itULmA", "--uses", "2"],
        ["upload", "FILM", "--room", "-hDMRk_v-4cDnKV9itULmA"],
        ["videos", "delete", "-jq_rk_v-4cDnKV9", "--json"],
    ],
    ids=" ".join,
)
def test_an_id_can_begin_with_a_hyphen(argv: list[str], command_line: CommandLine, film: Path) -> None:
    """One in 64 does. It is no option, so the server is asked."""
    started = command_line.started(*[str(film) if word == "FILM" else word for word in argv])
    out, error = started.communicate(timeout=60)
    assert (started.returncode, out) == (4, "")
    assert re.fullmatch(r"(Room|Film) not found\..*\n", error)


def test_films_are_listed_and_deleted(command_line: CommandLine, film: Path) -> None:
    """Each has a line. A film that is gone is reported."""
    titles = ["First", "Second"]
    ids = [command_line.run("upload", film, "--title", each, "--json").json[0]["video_id"] for each in titles]
    lines = command_line.run("videos", "list").out
    assert all(
        re.search(rf"^{id_}  .*  33 bytes  {title}$", lines, re.M) for id_, title in zip(ids, titles, strict=True)
    )
    assert set(ids) <= {video["id"] for video in command_line.run("videos", "list", "--json").json}
    assert command_line.run("videos", "delete", *ids).out == f"Deleted {ids[0]}\nDeleted {ids[1]}\n"
    assert not set(ids) & {video["id"] for video in command_line.run("videos", "list", "--json").json}
    assert command_line.run("videos", "delete", ids[0]).code == 4


def test_every_page_of_a_list_is_read(command_line: CommandLine, api: Api) -> None:
    """Lists may be longer than one answer of the API."""
    created = [api.call("POST", "/rooms", {})["id"] for _ in range(3)]
    with closing(Server(client_config(command_line.settings))) as server:
        listed = [room["id"] for room in pages(server, "/rooms", page_size=2)]
    assert set(created) <= set(listed)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    ("argv", "scopes"),
    [
        (["upload", "FILM"], ["videos:write"]),
        (["rooms", "create"], ["rooms:write"]),
        (["rooms", "list"], ["rooms:read"]),
        (["rooms", "invite", "ROOM"], ["rooms:write"]),
        (["rooms", "close", "ROOM"], ["rooms:write"]),
        (["videos", "list"], ["videos:read"]),
        (["videos", "delete", "VIDEO"], ["videos:write"]),
    ],
    ids=" ".join,
)
def test_a_command_needs_only_its_scopes(
    argv: list[str], scopes: list[str], command_line: CommandLine, film: Path, api: Api
) -> None:
    """It works with a token that has just these, and names the one that another token lacks."""
    link = {"title": "Film", "source_url": "http://films.example/film.mp4"}
    given: dict[str, Callable[[], str]] = {
        "FILM": lambda: str(film),
        "ROOM": lambda: str(api.call("POST", "/rooms", {})["id"]),
        "VIDEO": lambda: str(api.call("POST", "/videos", link)["video"]["id"]),
    }
    command = [given[word]() if word in given else word for word in argv]
    others = {"rooms:read", "rooms:write", "videos:read", "videos:write", "account:read"} - set(scopes)
    refused = command_line.using(WATCHPARTY_TOKEN=api.token(*sorted(others))).run(*command)
    assert (refused.code, refused.out) == (3, "")
    assert refused.error.startswith(f"WATCHPARTY_TOKEN lacks the scope {scopes[0]}.")
    outcome = command_line.using(WATCHPARTY_TOKEN=api.token(*scopes)).run(*command)
    assert (outcome.code, outcome.error) == (0, "")


def test_a_room_is_checked_before_the_upload(command_line: CommandLine, api: Api, film: Path) -> None:
    """No one waits for an upload to learn that the room does not exist, or that a scope is missing."""
    before = len(api.call("GET", "/videos")["items"])
    missing = command_line.run("upload", film, "--room", "nowhere")
    assert (missing.code, missing.error) == (4, "Room not found. Check the link.")
    unset = command_line.run("upload", film, "--room", "")  # a script whose variable is empty
    assert (unset.code, unset.error) == (4, "“” is neither the id of a room nor its link.")
    room_id = api.call("POST", "/rooms", {})["id"]
    only_videos = command_line.using(WATCHPARTY_TOKEN=api.token("videos:write", "videos:read"))
    refused = only_videos.run("upload", film, "--room", room_id)
    assert (refused.code, "rooms:write" in refused.error) == (3, True)
    unreadable = command_line.using(WATCHPARTY_TOKEN=api.token("videos:write", "rooms:write"))
    refused = unreadable.run("upload", film, "--room", room_id)
    assert (refused.code, "videos:read" in refused.error) == (3, True)
    assert len(api.call("GET", "/videos")["items"]) == before


@pytest.mark.parametrize(
    ("settings", "code", "begins"),
    [
        ({"WATCHPARTY_URL": ""}, 2, "Set WATCHPARTY_URL to the address of the server"),
        ({"WATCHPARTY_URL": "watch.example"}, 2, "WATCHPARTY_URL: expected an address"),
        ({"WATCHPARTY_URL": "ftp://watch.example"}, 2, "WATCHPARTY_URL: expected an address"),
        ({"WATCHPARTY_URL": "http://[::1"}, 2, "WATCHPARTY_URL: expected an address"),
        ({"WATCHPARTY_URL": "http://a:99999"}, 2, "WATCHPARTY_URL: expected an address"),
        ({"WATCHPARTY_URL": "http://ada:secret@watch.example"}, 2, "WATCHPARTY_URL: expected only the address"),
        ({"WATCHPARTY_TOKEN": ""}, 3, "Set WATCHPARTY_TOKEN to an API token"),
        ({"WATCHPARTY_TOKEN": "wp_1\r\nX: 2"}, 3, "WATCHPARTY_TOKEN is not an API token"),
        ({"WATCHPARTY_TOKEN": "wp_0123_wrong"}, 3, "The server does not accept WATCHPARTY_TOKEN: This API token isn’t"),
        ({"WATCHPARTY_TOKEN": "nonsense"}, 3, "The server does not accept WATCHPARTY_TOKEN:"),
        ({"WATCHPARTY_URL": "http://127.0.0.1:1"}, 6, "Nothing answers at http://127.0.0.1:"),
        ({"WATCHPARTY_URL": "http://nowhere.invalid"}, 6, "nowhere.invalid was not found."),
    ],
    ids=lambda value: str(value)[:60],
)
def test_wrong_settings_are_named(settings: dict[str, str], code: int, begins: str, command_line: CommandLine) -> None:
    """One sentence says which setting to change. The token is never shown."""
    outcome = command_line.using(**settings).run("rooms", "list")
    assert (outcome.code, outcome.error.startswith(begins)) == (code, True), outcome.error
    token = settings.get("WATCHPARTY_TOKEN") or command_line.settings["WATCHPARTY_TOKEN"]
    assert token not in outcome.error


def test_a_file_that_is_no_film_is_refused(command_line: CommandLine, tmp_path: Path) -> None:
    """Missing, empty, a folder, a pipe, or of another type: named before anything is sent."""
    empty, text, folder = tmp_path / "empty.mp4", tmp_path / "notes.txt", tmp_path / "folder.mp4"
    empty.touch()
    text.write_text("notes")
    folder.mkdir()
    subprocess.run(["mkfifo", tmp_path / "pipe.mp4"], check=True)
    missing = command_line.run("upload", tmp_path / "missing.mp4")
    assert (missing.code, missing.error) == (4, f"{tmp_path / 'missing.mp4'} was not found.")
    outcomes = {path.name: command_line.run("upload", path) for path in (empty, text, folder, tmp_path / "pipe.mp4")}
    assert {outcome.code for outcome in outcomes.values()} == {5}
    assert outcomes["empty.mp4"].error == f"{empty} is empty."
    assert outcomes["folder.mp4"].error == f"{folder} is not a file."
    assert outcomes["pipe.mp4"].error == f"{tmp_path / 'pipe.mp4'} is not a file."
    assert outcomes["notes.txt"].error.startswith("This isn’t a video or audio file.")


def test_a_full_quota_is_reported(command_line: CommandLine, film: Path, api: Api) -> None:
    """The server's sentence says what to do."""
    account_id = api.call("GET", "/auth/me")["id"]
    api.call("PATCH", f"/admin/accounts/{account_id}", {"quota_bytes": 1})
    try:
        outcome = command_line.run("upload", film)
    finally:
        api.call("PATCH", f"/admin/accounts/{account_id}", {"quota_bytes": None})
    assert (outcome.code, outcome.error.startswith("You don’t have enough storage")) == (5, True), outcome


def test_a_certificate_that_is_not_trusted_is_reported(command_line: CommandLine, tmp_path: Path) -> None:
    """Nothing is sent to a server that can't prove its name; SSL_CERT_FILE names the authority to trust."""
    authority = Authority(tmp_path)
    with tls_server(authority.issue("localhost")) as port:
        here = command_line.using(WATCHPARTY_URL=f"https://localhost:{port}")
        outcome = here.run("rooms", "list")
        trusting = here.using(SSL_CERT_FILE=str(authority.bundle)).started("rooms", "list")
        _, trusted = trusting.communicate(timeout=60)
    begins = f"The certificate of https://localhost:{port} is not trusted"
    assert (outcome.code, outcome.error.startswith(begins)) == (6, True), outcome
    assert (trusting.returncode, "(status 501)" in trusted) == (6, True), trusted


def test_https_to_a_plain_server_is_reported(command_line: CommandLine, server: Home) -> None:
    """It is not a broken connection that could pass."""
    outcome = command_line.using(WATCHPARTY_URL=f"https://127.0.0.1:{server.port}").run("rooms", "list")
    assert (outcome.code, "does not speak HTTPS" in outcome.error) == (6, True), outcome


@contextmanager
def tls_server(certificate: Certificate) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = certificate.context().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is expected
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "headers", "body", "begins"),
    [
        (200, {}, b"<html>", "{site} does not answer like a WatchParty server (status 200)"),
        (404, {}, b"<html>", "{site} does not answer like a WatchParty server (status 404)"),
        (200, {}, b"{}", "{site} does not answer like a WatchParty server (status 200)"),
        (200, {}, b"[]", "{site} does not answer like a WatchParty server (status 200)"),
        (502, {}, b"<html>", "{site} is not available now (status 502)"),
        (301, {"Location": "https://a.example/"}, b"", "{site} redirects to another address, https://a.example/."),
        (
            301,
            {"Location": "https://a.example/\x1b[2J"},
            b"",
            "{site} redirects to another address, https://a.example/�",
        ),
        (503, {}, rb'{"code": "no", "detail": "a\u001b[2J\nb"}', "a�[2J�b"),
        (200, {"X-Request-Id": "1"}, b"[" * 100_000, "{site} does not answer like a WatchParty server (status 200)"),
        (200, {"X-Request-Id": "1", "Content-Length": "300"}, b"{}", "The connection to {site} was lost."),
    ],
)
def test_another_program_is_recognised(
    status: int, headers: dict[str, str], body: bytes, begins: str, command_line: CommandLine
) -> None:
    """Another web server, a proxy whose server is down, and a redirect, which the token does not follow.

    So is half an answer. What is quoted of it can't control the terminal.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Logs nothing."""

    with serving(Handler) as address:
        outcome = command_line.using(WATCHPARTY_URL=f"http://{address}").run("videos", "list")
    assert (outcome.code, outcome.out) == (6, "")
    assert outcome.error.startswith(begins.format(site=f"http://{address}")), outcome.error


def test_the_program_exits_with_the_code_and_one_sentence(command_line: CommandLine) -> None:
    """As a script sees it: nothing on standard output, one line on standard error, no traceback."""
    process = command_line.using(WATCHPARTY_TOKEN="wp_0123_wrong").started("rooms", "list", "--json")
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error.count("\n")) == (3, "", 1)
    process = command_line.started("rooms", "create", "--json")
    out, error = process.communicate(timeout=60)
    assert (process.returncode, error, json.loads(out)["kind"]) == (0, "", "room")


def test_output_that_no_one_reads_is_no_error(command_line: CommandLine) -> None:
    """`watchparty rooms list | head -0` ends without a traceback."""
    process = command_line.started("rooms", "list", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (process.wait(60), process.stderr.read()) == (0, "")
    process.stderr.close()


def test_output_that_is_lost_is_an_error(command_line: CommandLine) -> None:
    """On a full disk the command fails with a sentence, also in a list of several lines."""
    with Path("/dev/full").open("w") as full:
        for argv in (["rooms", "create"], ["rooms", "list"], ["rooms", "list", "--json"]):
            process = command_line.started(*argv, to=full)
            assert process.stderr is not None
            assert (process.wait(60), process.stderr.read()) == (
                1,
                "The result can’t be written: No space left on device. What the command did is not undone.\n",
            )
            process.stderr.close()


def test_a_name_is_shown_as_far_as_the_terminal_can(command_line: CommandLine) -> None:
    """A name outside the terminal's encoding does not end the command."""
    command_line.run("rooms", "create", "--name", "Kino ★ für alle")
    out, error = command_line.using(PYTHONIOENCODING="ascii").started("rooms", "list").communicate(timeout=60)
    assert "Kino ? f?r alle" in out
    assert error == ""


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://[fd00::17]", "fd00::17", 80),
        ("https://[fd00::17]/party", "fd00::17", 443),
        ("http://[fd00::17]:8000", "fd00::17", 8000),
        ("https://watch.example", "watch.example", 443),
    ],
)
def test_a_server_can_be_named_by_its_ipv6_address(url: str, host: str, port: int) -> None:
    """The last group of digits is no port."""
    connection = new_connection(url)
    assert (connection.host, connection.port) == (host, port)


def test_closed_outputs_do_not_keep_a_command_from_its_work(command_line: CommandLine, film: Path) -> None:
    """A script that starts with `>&- 2>&-` wants neither the result nor the errors."""
    shell = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", sys.executable, "-m", "watchparty"]
    for argv in (["upload", film, "--title", "Quiet"], ["rooms", "list"]):
        assert subprocess.run([*shell, *argv], env={**os.environ, **command_line.settings}, check=False).returncode == 0
    assert "Quiet" in command_line.run("videos", "list").out
