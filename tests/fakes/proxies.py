"""nginx and Caddy as real processes on loopback, each with its own configuration."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fakes.google.emulators import free_port
from fakes.waiting import eventually

FORWARDS = """
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;"""
UPGRADES = """
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection "upgrade";"""
LARGE_UPLOADS = """
  proxy_request_buffering off;
  client_max_body_size 0;"""
GOOD = FORWARDS + UPGRADES + LARGE_UPLOADS
"""The settings of docs/self-hosting.md."""


@contextmanager
def nginx(folder: Path, location: str, *, tls: tuple[Path, Path] | None = None) -> Iterator[int]:
    """Runs nginx with one location; yields its port. `tls`: certificate and key."""
    port = free_port()
    folder.mkdir()
    secure = f"ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]};" if tls else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"""daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}{" ssl" if tls else ""}; {secure}
    location / {{ {location} }} }}
}}"""
    )
    with _running(["nginx", "-p", str(folder), "-c", str(configuration)], port):
        yield port


@contextmanager
def caddy(folder: Path, site: str, *, port: int) -> Iterator[None]:
    """Runs Caddy with a Caddyfile of one site."""
    folder.mkdir()
    configuration = folder / "Caddyfile"
    configuration.write_text(
        "{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n"
        f"  storage file_system {folder}/storage\n}}\n{site}\n"
    )
    with _running(["caddy", "run", "--config", str(configuration), "--adapter", "caddyfile"], port):
        yield


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def accepts() -> bool:
        assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    try:
        eventually(f"{command[0]} listens", accepts, within_s=60)
        yield
    finally:
        process.terminate()
        process.wait(30)
