"""The command line: `watchparty serve | upload | rooms | videos | transcode | backup | restore | doctor | …`."""

import argparse
import getpass
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from watchparty.client.errors import Interrupted
from watchparty.client.options import CommandParser, Commands, add_client_commands
from watchparty.config import DEFAULT_PORT, default_data_folder
from watchparty.errors import HomeError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. A user error is reported in a sentence, with its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except HomeError as error:
        print(error, file=sys.stderr)
        return error.exit_code


_NO_SERVER = {"host": None, "port": None, "no_browser": True, "demo": False}
"""The options of `serve`, for commands that do not serve."""


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = CommandParser(
        prog="watchparty", description="Watch films together, on the same frame."
    )
    commands = parser.add_subparsers(title="commands", required=True)
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", metavar="DIR", help=f"data folder (default: {default_data_folder(os.environ)})")
    _add_serve(commands, data)
    add_client_commands(commands, _on_a_server)
    transcode = commands.add_parser("transcode", help="convert FILE to HLS in OUT_DIR; prints one JSON event per line")
    transcode.add_argument("file", type=Path, metavar="FILE")
    transcode.add_argument("out_dir", type=Path, metavar="OUT_DIR")
    transcode.set_defaults(run=_transcode)
    _add_admin(commands, data)
    _add_backups(commands, data)
    _add_doctor(commands, data)
    _add_audit_and_keys(commands, data)
    return parser


def _add_serve(commands: Commands, data: argparse.ArgumentParser) -> None:
    serve = commands.add_parser("serve", parents=[data], help="start the server (one process, one port)")
    serve.add_argument("--host", help="address to listen on (default: all)")
    serve.add_argument("--port", type=int, help=f"port to listen on (default: {DEFAULT_PORT})")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser")
    serve.add_argument(
        "--demo", action="store_true", help="open a room that is already playing, with two simulated guests"
    )
    serve.set_defaults(run=_serve)


def _add_admin(commands: Commands, data: argparse.ArgumentParser) -> None:
    admin = commands.add_parser("admin", help="manage an installation").add_subparsers(required=True)
    create = admin.add_parser("create-account", parents=[data], help="create an account without an invitation")
    create.add_argument("--email", required=True)
    create.add_argument("--password", help="prompted for if missing")
    create.add_argument("--name", help="display name (default: the address up to the @)")
    create.add_argument("--role", choices=["admin", "user"], default="user")
    create.set_defaults(run=_create_account, **_NO_SERVER)
    reset = admin.add_parser(
        "reset-factors", parents=[data], help="let someone in who has lost their passkeys and authenticator app"
    )
    reset.add_argument("--email", required=True)
    reset.set_defaults(run=_reset_factors, **_NO_SERVER)
    films = admin.add_parser(
        "film-budget", parents=[data], help="show whether the month's budget stops films, or serve them again"
    )
    films.add_argument(
        "--raise-to", type=float, metavar="COST", help="serve films until the month has cost this, in Google's currency"
    )
    films.add_argument("--policy", metavar="NAME", help="the edge's policy: terraform output films_policy")
    films.set_defaults(run=_film_budget, **_NO_SERVER)


def _add_backups(commands: Commands, data: argparse.ArgumentParser) -> None:
    backup = commands.add_parser(
        "backup",
        parents=[data],
        help="back up the data folder into FOLDER, also while the server runs",
        description="Backs up accounts, rooms, films and keys. Files that have not changed are stored once for all "
        "backups in FOLDER. Each file is read back and compared after it was written.",
    )
    backup.add_argument(
        "folder", type=Path, nargs="?", metavar="FOLDER", help="default: the setting WATCHPARTY_BACKUP_FOLDER"
    )
    backup.add_argument("--keep", type=int, metavar="N", help="keep only the newest N backups (default: 14)")
    backup.add_argument(
        "--drill", action="store_true", help="try the newest backup: restore it into a temporary folder and open it"
    )
    backup.add_argument("--scratch", type=Path, metavar="DIR", help="where --drill restores (default: in FOLDER)")
    backup.set_defaults(run=_backup, **_NO_SERVER)
    restore = commands.add_parser(
        "restore",
        parents=[data],
        help="restore a backup into an empty data folder",
        description="Restores a backup and verifies every file. An interrupted restore continues if it is repeated.",
    )
    restore.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of the backups")
    restore.add_argument("--backup", metavar="NAME", help="a file of FOLDER/backups (default: the newest)")
    restore.set_defaults(run=_restore, **_NO_SERVER)


def _add_doctor(commands: Commands, data: argparse.ArgumentParser) -> None:
    doctor = commands.add_parser(
        "doctor",
        parents=[data],
        help="find out what is wrong with an installation, and how to mend it",
        description="Checks port, disk, memory, ffmpeg, clock, proxy, mail, storage, databases, backups and "
        "permissions. Changes nothing. Exit code: 0 without errors, 2 with errors.",
    )
    doctor.add_argument("--port", type=int, help=f"the server's port (default: {DEFAULT_PORT})")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.add_argument("--bundle", type=Path, metavar="FILE", help="also write a zip file for a bug report")
    doctor.set_defaults(run=_doctor, host=None, no_browser=True, demo=False)


def _add_audit_and_keys(commands: Commands, data: argparse.ArgumentParser) -> None:
    audit = commands.add_parser("audit", parents=[data], help="the audit log of changes")
    audit.add_argument("what", choices=["verify", "export"], help="verify its chain, or print it as JSON lines")
    audit.set_defaults(run=_audit, **_NO_SERVER)
    keys = commands.add_parser(
        "keys", parents=[data], help="rotate signing keys: add, activate an hour later, retire an hour after that"
    )
    keys.add_argument("step", choices=["add", "activate", "retire"])
    keys.add_argument("family", choices=["access", "join", "notice"])
    keys.add_argument(
        "--text", action="store_true", help="read the key family from standard input and write it to standard output"
    )
    keys.set_defaults(run=_keys, **_NO_SERVER)


def _serve(arguments: argparse.Namespace) -> int:
    # Imported here, so that --help and a mistyped option return at once.
    from watchparty.config import home_config
    from watchparty.log_limit import limit_lines
    from watchparty.serving import serve
    from watchparty_api.logs import log_as_json

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = home_config(arguments, os.environ)
    if config.cloud is None:
        limit_lines(logging.getLogger())
    else:
        log_as_json(config.cloud.project)
    return serve(config)


def _on_a_server(command: str) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        try:
            from watchparty.client import commands

            return commands.run(command, arguments, os.environ)
        except KeyboardInterrupt:
            raise Interrupted("Stopped.") from None

    return run


def _transcode(arguments: argparse.Namespace) -> int:
    from watchparty_transcoder.__main__ import main as transcode

    # a file name may be any bytes, but the events are JSON
    video_id = os.fsencode(arguments.file.stem).decode(errors="replace")
    named = ["--video-id", video_id, "--generation", "1"]
    return transcode(["--input", str(arguments.file), "--output", str(arguments.out_dir), *named])


def _reset_factors(arguments: argparse.Namespace) -> int:
    from watchparty.administration import reset_factors
    from watchparty.config import home_config

    print(reset_factors(home_config(arguments, os.environ), email=arguments.email))
    return 0


def _create_account(arguments: argparse.Namespace) -> int:
    from watchparty.administration import create_account
    from watchparty.config import home_config

    password = arguments.password or getpass.getpass("Password: ")
    account = create_account(
        home_config(arguments, os.environ),
        email=arguments.email,
        password=password,
        display_name=arguments.name or arguments.email.partition("@")[0],
        role=arguments.role,
    )
    print(f"Created {account.email} ({account.role}).")
    return 0


def _film_budget(arguments: argparse.Namespace) -> int:
    from watchparty.administration import film_budget
    from watchparty.config import home_config

    print(film_budget(home_config(arguments, os.environ), raise_to=arguments.raise_to, policy=arguments.policy or None))
    return 0


def _backup(arguments: argparse.Namespace) -> int:
    from watchparty.administration import back_up, drill
    from watchparty.config import home_config

    config = home_config(arguments, os.environ)
    target = arguments.folder or config.backup_folder
    if target is None:
        raise HomeError("Name the folder for the backup: watchparty backup FOLDER (or set WATCHPARTY_BACKUP_FOLDER).")
    if arguments.keep is not None:
        if arguments.keep < 1:
            raise HomeError("--keep: expected at least 1.")
        config = replace(config, backup_keep=arguments.keep)
    print(
        drill(config, target=target, scratch=arguments.scratch) if arguments.drill else back_up(config, target=target)
    )
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from watchparty.administration import restore_backup
    from watchparty.config import home_config

    print(restore_backup(home_config(arguments, os.environ), source=arguments.folder, name=arguments.backup))
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from watchparty.config import home_config
    from watchparty.data_folder import DataFolder
    from watchparty.doctor.checks import diagnose
    from watchparty.doctor.report import as_json, as_text, facts_of, unusable_settings, write_bundle

    log = Path(os.devnull)
    try:
        config = home_config(arguments, os.environ)
        facts, log = facts_of(config, os.environ), DataFolder(config.data).transcoder_log
    except HomeError as error:
        facts = unusable_settings(str(error), os.environ)
    findings = diagnose(facts)
    print(as_json(findings) if arguments.json else as_text(findings))
    if arguments.bundle:
        try:
            write_bundle(arguments.bundle, facts, findings, log=log)
        except OSError as error:
            raise HomeError(
                f"{error.filename or arguments.bundle} can’t be used: {error.strerror or error}."
            ) from error
        print(f"Wrote {arguments.bundle}. Look through it before you pass it on.", file=sys.stderr)
    return 2 if any(finding.severity == "error" for finding in findings) else 0


def _audit(arguments: argparse.Namespace) -> int:
    from watchparty.administration import export_audit, verify_audit
    from watchparty.config import home_config

    config = home_config(arguments, os.environ)
    for line in export_audit(config) if arguments.what == "export" else [verify_audit(config)]:
        print(line)
    return 0


def _keys(arguments: argparse.Namespace) -> int:
    from watchparty.administration import rotate_keys, rotated
    from watchparty.config import home_config

    if arguments.text:
        print(rotated(arguments.step, arguments.family, sys.stdin.read()))
    else:
        rotate_keys(home_config(arguments, os.environ), step=arguments.step, family=arguments.family)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
