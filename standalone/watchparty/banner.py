"""The text in the terminal when the server is ready: addresses, a code for the phone, the data folder."""

import io
import socket
from pathlib import Path

import segno


def lan_address() -> str | None:
    """Returns this machine's address on its network, or None. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): only determines the interface
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def qr_code(url: str) -> str:
    """Returns the address as a QR code for the terminal."""
    out = io.StringIO()
    segno.make(url, error="l").terminal(out=out, compact=True, border=2)
    return out.getvalue()


def banner(*, local_url: str, lan_url: str | None, data: Path, setup_url: str | None, demo_url: str | None) -> str:
    """Returns the text to print."""
    rows = [("Here", local_url)]
    if lan_url:
        rows.append(("On your network", lan_url))
    if demo_url:
        rows.append(("Demo room", demo_url))
    rows.append(("Your data", str(data)))
    if setup_url:
        rows.append(("First start", f"{setup_url}\n{'':20}Open this once to become the admin"))
    lines = ["", "  WatchParty is ready", "", *(f"  {name:<18}{value}" for name, value in rows), ""]
    if lan_url:
        lines += [qr_code(demo_url or lan_url)]
    lines += ["  Press Ctrl-C to stop.", ""]
    return "\n".join(lines)
