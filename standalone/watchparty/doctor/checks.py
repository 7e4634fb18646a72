"""Decides which facts are faults. Pure: one small function per subject, listed in `CHECKS`."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from shlex import quote
from typing import Literal
from urllib.parse import urlsplit

from watchparty.doctor.facts import DatabaseFacts, DataFacts, Facts, PublicFacts
from watchparty_api.findings import Finding

LOW_DISK_BYTES = 5 * 10**9
"""Less than a film needs, with the renditions that are made of it."""
FULL_DISK_BYTES = 300 * 10**6
"""About what the server keeps free for its database."""
LOW_FILES = 20_000
LOW_MEMORY_BYTES = 400 * 10**6
"""What encoding one film takes."""
LOW_DESCRIPTORS = 1024
CLOCK_OFF = timedelta(minutes=2)
CERTIFICATE_ENDS = timedelta(days=10)
"""Programs that renew certificates do it weeks earlier."""
OLD_BACKUP = timedelta(days=8)
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs")

Certainty = Literal["certain", "likely"]


Findings = Iterator[Finding]


def _error(code: str, what: str, mend: str, *, certainty: Certainty = "certain") -> Finding:
    return Finding(code, "error", certainty, _shown(what), _shown(mend))


def _warning(code: str, what: str, mend: str, *, certainty: Certainty = "certain") -> Finding:
    return Finding(code, "warning", certainty, _shown(what), _shown(mend))


def _shown(text: str) -> str:
    """Text that terminals and JSON accept: a file name in it can be any bytes."""
    return text.encode(errors="replace").decode()


def settings(facts: Facts) -> Findings:
    if facts.settings_problem:
        yield _error("setting_invalid", facts.settings_problem, "Change that setting; docs/configuration.md lists all.")


def port(facts: Facts) -> Findings:
    if facts.port is None:
        return
    number = facts.port.number
    match facts.port.holder:
        case "other":
            yield _error("port_taken", f"Another program uses port {number}.", f"watchparty serve --port {number + 1}")
        case "forbidden":
            yield _error(
                "port_forbidden",
                f"This user may not listen on port {number}.",
                "watchparty serve --port 8400   # and a proxy on ports 80 and 443",
            )
        case "unassignable":
            yield _error(
                "address_unassignable",
                f"{facts.port.host} is no address of this machine.",
                "WATCHPARTY_HOST=0.0.0.0",
            )


def data_folder(facts: Facts) -> Findings:
    data = facts.data
    if data is None:
        return
    if data.problem:
        yield _error("data_unusable", f"{data.path} can’t be used: {data.problem}.", "watchparty serve --data DIR")
        return
    if data.read_only_disk:
        yield _error(
            "disk_read_only", f"The disk of {data.path} is mounted read-only.", "sudo mount -o remount,rw DISK"
        )
    elif not data.writable:
        yield _error(
            "data_not_writable", f"This user can’t write to {data.path}.", f"sudo chown -R $(id -un) {quote(data.path)}"
        )
    if data.permissions is not None and data.permissions & 0o007:
        yield _warning(
            "data_open", f"Every user of this machine can read {data.path}.", f"chmod 700 {quote(data.path)}"
        )
    if data.open_keys:
        yield _error(
            "keys_open",
            f"Every user of this machine can read signing keys: {', '.join(data.open_keys)}.",
            f"chmod 600 {quote(data.path)}/keys/*",
        )
    if data.unwritable and data.writable:
        yield _error(
            "files_not_writable",
            f"This user can’t write to {', '.join(data.unwritable[:3])}: a command was run as another user.",
            f"sudo chown -R $(id -un) {quote(data.path)}",
        )
    if data.missing_keys:
        yield _error(
            "keys_missing",
            f"The folder has a database, but lacks the keys {', '.join(data.missing_keys)}: a start would create new "
            "ones, and sessions and links would no longer be valid.",
            "watchparty restore FOLDER --data NEW   # or copy keys/ back before the next start",
        )
    yield from _content(data)


def _content(data: DataFacts) -> Findings:
    if data.file_system in NETWORK_FILE_SYSTEMS:
        yield _error(
            "network_file_system",
            f"{data.path} is on a network file system ({data.file_system}), where SQLite can lose data.",
            "Move the folder to a local disk; films can be on another one through a link named media.",
            certainty="likely",
        )
    if data.restoring:
        yield _error(
            "restore_interrupted",
            f"A restore into {data.path} was interrupted, so no server starts there.",
            "Run the same watchparty restore again; it continues.",
        )
    if data.layout_problem:
        yield _error(
            "layout_damaged", f"{data.path}/layout: {data.layout_problem}.", f"echo 1 > {quote(data.path)}/layout"
        )
    if data.layout is not None and data.layout > data.known_layout:
        yield _error(
            "layout_newer",
            f"{data.path} was changed by a newer release (layout {data.layout}; this one knows {data.known_layout}).",
            "git pull && make run",
        )
    if data.damaged:
        yield _warning(
            "database_was_damaged",
            f"A database was damaged and repaired; rows may be lost. It is kept as {data.damaged[0]}.",
            "Check the disk, then delete that file, or restore the last backup.",
        )


def data_in_use(facts: Facts) -> Findings:
    if facts.data and facts.data.locked and facts.port and facts.port.holder != "watchparty":
        yield _error(
            "data_in_use",
            f"Another WatchParty, not on port {facts.port.number}, uses {facts.data.path}.",
            "Stop that one, or choose another folder: watchparty serve --data DIR",
        )


def disk(facts: Facts) -> Findings:
    data = facts.data
    if data is None or data.free_bytes is None:
        return
    free = f"{data.free_bytes / 1e9:.1f} GB"
    if data.free_bytes < FULL_DISK_BYTES:
        yield _error("disk_full", f"The disk of {data.path} is full ({free} free).", "Delete films, or add a disk.")
    elif data.free_bytes < LOW_DISK_BYTES:
        yield _warning("disk_low", f"The disk of {data.path} has only {free} left.", "Delete films, or add a disk.")
    if data.free_files is not None and data.free_files < LOW_FILES:
        yield _warning(
            "files_low",
            f"The disk of {data.path} can hold only {data.free_files} more files; a film has thousands.",
            f"df -i {quote(data.path)}   # and delete many small files",
        )


def memory(facts: Facts) -> Findings:
    if facts.memory_bytes is not None and facts.memory_bytes < LOW_MEMORY_BYTES:
        yield _warning(
            "memory_low",
            f"Only {facts.memory_bytes // 10**6} MB of memory are free; encoding a film can end in a crash.",
            "WATCHPARTY_TRANSCODE_SLOTS=1   # or stop other programs",
            certainty="likely",
        )


def descriptors(facts: Facts) -> Findings:
    if facts.descriptor_limit is not None and facts.descriptor_limit < LOW_DESCRIPTORS:
        yield _warning(
            "descriptors_low",
            f"This user may open only {facts.descriptor_limit} files and connections at once.",
            "ulimit -n 65536   # systemd: LimitNOFILE=65536",
        )


def databases(facts: Facts) -> Findings:
    for name, database in (("database", facts.database), ("journal", facts.journal)):
        if database is not None:
            yield from _database(name, database)


def _database(name: str, found: DatabaseFacts) -> Findings:
    if found.problem:
        yield _error(
            f"{name}_unusable",
            f"{found.location} can’t be used: {found.problem}.",
            "Restart the server, which repairs a damaged file; else watchparty restore FOLDER --data NEW",
        )
    if found.version is not None and int(found.version) > int(found.known_version):
        yield _error(
            f"{name}_newer",
            f"{found.location} was written by a newer release (version {found.version}; this one knows "
            f"{found.known_version}).",
            "git pull && make run",
        )


def ffmpeg(facts: Facts) -> Findings:
    if facts.ffmpeg is None:
        return
    install = "sudo apt-get install ffmpeg"
    if facts.ffmpeg.path is None:
        yield _error("ffmpeg_missing", "ffmpeg was not found; films can’t be prepared.", install)
    elif facts.ffmpeg.problem:
        yield _error("ffmpeg_broken", f"{facts.ffmpeg.path} doesn’t run: {facts.ffmpeg.problem}.", install)
    elif facts.ffmpeg.missing_encoders:
        missing = ", ".join(facts.ffmpeg.missing_encoders)
        yield _error("encoders_missing", f"{facts.ffmpeg.path} lacks the encoders {missing}.", install)


def clock(facts: Facts) -> Findings:
    mend = "sudo timedatectl set-ntp true"
    if facts.data and facts.data.newest_change and facts.data.newest_change - facts.now > CLOCK_OFF:
        yield _error(
            "clock_behind",
            f"The clock says {facts.now:%Y-%m-%d %H:%M} UTC, but the data were changed at "
            f"{facts.data.newest_change:%Y-%m-%d %H:%M} UTC.",
            mend,
        )
    elif facts.public and facts.public.date and abs(facts.public.date - facts.now) > CLOCK_OFF:
        yield _error(
            "clock_off",
            f"The clock differs from that of {facts.public.url} by {abs(facts.public.date - facts.now)}.",
            mend,
            certainty="likely",
        )


def public_address(facts: Facts) -> Findings:
    public = facts.public
    if public is None:
        return
    if public.malformed:
        yield _error(
            "setting_invalid",
            f"WATCHPARTY_PUBLIC_URL is no valid address: {public.url}.",
            "WATCHPARTY_PUBLIC_URL=https://watch.example.org",
        )
        return
    parts = urlsplit(public.url)
    if parts.path not in ("", "/"):
        yield _error(
            "public_url_path",
            f"WATCHPARTY_PUBLIC_URL has the path {parts.path}; the site must be at the root of its name.",
            f"WATCHPARTY_PUBLIC_URL={parts.scheme}://{parts.netloc}",
        )
        return
    if public.resolves is False:
        yield _error(
            "name_unknown", f"The name {parts.hostname} has no address.", f"Add a DNS record for {parts.hostname}."
        )
        return
    if public.certificate_problem:
        yield _error(
            "certificate_invalid",
            f"Browsers reject the certificate of {public.url}: {public.certificate_problem}.",
            "With Caddy the file Caddyfile needs only: " + f"{parts.netloc} {{ reverse_proxy 127.0.0.1:8400 }}",
        )
        return
    yield from _visit(facts, public)


def _visit(facts: Facts, public: PublicFacts) -> Findings:
    """What a visitor to the public address would meet."""
    if public.certificate_until and public.certificate_until - facts.now < CERTIFICATE_ENDS:
        yield _warning(
            "certificate_ends",
            f"The certificate of {public.url} is valid only until {public.certificate_until:%Y-%m-%d}.",
            "Check the log of the program that renews it (Caddy: journalctl -u caddy).",
        )
    if public.problem:
        yield _error(
            "public_unreachable",
            f"{public.url} doesn’t answer: {public.problem}.",
            "Start the proxy, and forward ports 80 and 443 to it.",
        )
    elif public.status in (502, 503, 504):
        yield _error(
            "proxy_without_server",
            f"The proxy of {public.url} can’t reach the server (status {public.status}).",
            f"proxy_pass http://127.0.0.1:{facts.port.number if facts.port else 8400};   # the server must be running",
            certainty="likely",
        )
    elif public.status == 421:
        yield _error(
            "host_refused",
            f"The server refuses the name under which {public.url} reaches it.",
            "proxy_set_header Host $http_host;   # or add the name to WATCHPARTY_HOSTS",
        )
    elif public.is_watchparty is False:
        yield _error(
            "public_other_site",
            f"{public.url} is answered by something else than WatchParty (status {public.status}).",
            "Check the DNS record, and the proxy’s rule for this name.",
        )
    else:
        yield from _proxy(facts)


def _proxy(facts: Facts) -> Findings:
    public = facts.public
    if public is None:
        return
    if public.proxy and not facts.trusted_proxies:
        yield _warning(
            "proxy_not_trusted",
            f"{public.proxy} is in front of the server, which doesn’t trust it: all visitors count as one, and share "
            "one limit.",
            "WATCHPARTY_TRUSTED_PROXIES=127.0.0.1",
        )
    if public.socket_status is not None and public.socket_status != 101:
        yield _error(
            "websocket_blocked",
            f"WebSockets don’t pass through {public.url} (status {public.socket_status}); rooms can’t connect.",
            'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
        )
    if public.upload_status == 413:
        yield _error(
            "upload_too_large",
            f"The proxy of {public.url} refuses uploads of 6 GB.",
            "client_max_body_size 0; proxy_request_buffering off;",
        )
    if urlsplit(public.url).scheme == "http" and not _is_local(public.url):
        yield _warning(
            "public_without_tls",
            f"{public.url} is not encrypted: browsers offer neither passkeys nor microphones there.",
            "Put Caddy in front, and set WATCHPARTY_PUBLIC_URL to the https address.",
        )


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def services(facts: Facts) -> Findings:
    if facts.mail_problem:
        yield _error("mail_unusable", f"The mail server refuses: {facts.mail_problem}.", "Correct WATCHPARTY_SMTP_URL.")
    for problem in facts.storage_problems:
        yield _error(
            "storage_unusable",
            f"The store for films refuses: {problem}.",
            "Correct WATCHPARTY_S3_ENDPOINT, the buckets, or AWS_ACCESS_KEY_ID.",
        )
    if facts.redis_problem:
        yield _error("redis_unusable", f"Redis refuses: {facts.redis_problem}.", "Correct WATCHPARTY_RELAY_REDIS_URL.")


def backups(facts: Facts) -> Findings:
    found = facts.backups
    if found is None:
        return
    if found.target_problem:
        yield _error(
            "backup_folder_unusable",
            f"The folder for backups, {found.target}, can’t be used: {found.target_problem}.",
            "Mount that disk, or change WATCHPARTY_BACKUP_FOLDER.",
        )
    elif found.failure:
        yield _error("backup_failed", f"The last backup failed: {found.failure}", "watchparty backup FOLDER")
    elif found.succeeded_at is not None and facts.now - found.succeeded_at > OLD_BACKUP:
        yield _warning(
            "backup_old",
            f"The last backup is of {found.succeeded_at:%Y-%m-%d}.",
            "watchparty backup FOLDER   # or set WATCHPARTY_BACKUP_FOLDER",
        )
    if found.same_disk:
        yield _warning(
            "backup_on_same_disk",
            f"The backups in {found.target} are on the disk of the data, and are lost with it.",
            "WATCHPARTY_BACKUP_FOLDER=… on another disk",
        )


def program(facts: Facts) -> Findings:
    if not facts.page_exists:
        yield _error("page_missing", "The page is not built; browsers get nothing to show.", "make run")
    if facts.temporary_folder_problem:
        yield _error(
            "temporary_folder_unusable",
            f"No temporary files can be written: {facts.temporary_folder_problem}.",
            "TMPDIR=DIR watchparty serve",
        )


CHECKS: tuple[Callable[[Facts], Findings], ...] = (
    settings,
    port,
    data_folder,
    data_in_use,
    disk,
    memory,
    descriptors,
    databases,
    ffmpeg,
    clock,
    public_address,
    services,
    backups,
    program,
)


def diagnose(facts: Facts) -> list[Finding]:
    """Returns every fault that the facts show, errors first."""
    found = [finding for check in CHECKS for finding in check(facts)]
    return sorted(found, key=lambda finding: finding.severity)
