"""Runs a command in a network of its own, where every name of Google's is an address of this machine.

    python tests/cloud/namespace.py COMMAND…

The namespace has the loopback interface and nothing else, so a call that the box does not answer fails at once instead
of reaching the internet. Names are resolved by a hosts file that only this namespace sees. Needs the kernel's user
namespaces, or root; where there are neither, the command runs as it is, and the tests of the box skip themselves.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

SITE = "watch.example"
RELAY = "watchparty-relay-123456789012.europe-west1.run.app"
"""The relay's own address, which the plan computes from the project's number."""
HOOKS = "93.184.215.14"
"""An integrator's server. The site calls public addresses only; in the namespace each may be of this machine."""
ADDRESSES = {
    SITE: "127.0.1.1",
    "storage.googleapis.com": "127.0.1.2",
    "iamcredentials.googleapis.com": "127.0.1.3",
    "run.googleapis.com": "127.0.1.4",
    "firestore.googleapis.com": "127.0.1.5",
    "pubsub.googleapis.com": "127.0.1.6",
    "secretmanager.googleapis.com": "127.0.1.7",
    "metadata.google.internal": "127.0.1.8",
    RELAY: "127.0.1.10",
    "telemetry.googleapis.com": "127.0.1.11",
    "compute.googleapis.com": "127.0.1.12",
    "hooks.example": HOOKS,
    "localhost": "127.0.0.1",
}
INSIDE = "WATCHPARTY_BOX"
"""Set in the environment of everything that runs in the namespace."""

LINK_LOCAL = "169.254.1.1"
"""The address that a container on Cloud Run sees its requests come from."""

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCSIFADDR, _IFF_UP = 0x8913, 0x8914, 0x8916, 0x1


def is_inside() -> bool:
    return INSIDE in os.environ


def why_not() -> str | None:
    """The reason why this machine cannot make such a namespace, or None."""
    if not shutil.which("unshare"):
        return "unshare (util-linux) is missing"
    tried = subprocess.run([*_unshare(), "true"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"no network namespace: {tried.stderr.strip()}"


def _command(*arguments: str) -> list[str]:
    """The command line that runs `arguments` inside."""
    return [*_unshare(), sys.executable, __file__, *arguments]


def _unshare() -> list[str]:
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--net", "--mount", "--"]


def _raise_loopback() -> None:
    """What `ip link set lo up` does; iproute2 is not on every machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | _IFF_UP, b""))
        for name, address in ((b"lo:1", LINK_LOCAL), (b"lo:2", HOOKS)):
            alias = struct.pack("16sH2s4s8s", name, socket.AF_INET, b"", socket.inet_aton(address), b"")
            fcntl.ioctl(any_socket, _SIOCSIFADDR, alias)


def main(arguments: list[str]) -> None:
    if not is_inside():
        if reason := why_not():
            print(f"{reason}; running without one", file=sys.stderr)
            os.execvp(arguments[0], arguments)
        os.execvpe("unshare", _command(*arguments), {**os.environ, INSIDE: "1"})
    _raise_loopback()
    with tempfile.NamedTemporaryFile("w", prefix="hosts-", delete=False) as hosts:
        hosts.writelines(f"{address} {name}\n" for name, address in ADDRESSES.items())
    Path(hosts.name).chmod(0o644)
    subprocess.run(["mount", "--bind", hosts.name, "/etc/hosts"], check=True)
    Path(hosts.name).unlink()  # the mount keeps it
    os.execvp(arguments[0], arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
