"""Cloud Run's own addresses as the project's network sees them: which service may reach another without the internet.

A request to a service whose ingress is internal counts as internal only if its sender has Direct VPC egress into a
subnet with Private Google Access and resolves the name to private.googleapis.com. Any other is answered with 404, as on
the internet. https://docs.cloud.google.com/run/docs/securing/ingress, …/run/docs/securing/private-networking (2026-11)
"""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path

from cloud.cloud_run import Service
from cloud.namespace import ADDRESSES, RELAY
from cloud.reverse_proxy import Answer, Decide, Forward, Request
from terraform.applied import Applied, Values

PRIVATE_GOOGLEAPIS = ip_network("199.36.153.8/30")
"""private.googleapis.com; it is among the ranges that `PRIVATE_RANGES_ONLY` sends through the network."""
_SERVICES = "google_cloud_run_v2_service"


@dataclass
class Internal:
    """`ports` are the fronts of the services by name."""

    applied: Applied
    services: Mapping[str, Service]
    ports: Mapping[str, int]
    log: list[str] = field(default_factory=list)
    """`SENDER → SERVICE PATH STATUS` of each request."""

    def decide(self) -> Decide:
        async def front(request: Request) -> Answer | Forward:
            host = (request.header("host") or "").partition(":")[0]
            sender = self._sender(request)
            (service,) = [each for each in self.services.values() if each.uri == f"https://{host}"]
            inside = sender is not None and reaches(self.applied, sender, host)
            self.log.append(f"{sender} → {service.name} {request.path} {'→' if inside else 404}")
            return Forward(self.ports[service.name], request) if inside else Answer(404, b"Page not found\n")

        return front

    def _sender(self, request: Request) -> str | None:
        """The service whose process holds the other end of the connection."""
        session = _session_of(request.peer_port)
        names = {each.pid: service.name for service in self.services.values() for each in service.instances}
        return names.get(session or 0)


def reaches(applied: Applied, sender: str, host: str) -> bool:
    """Whether the plan leads the sender's requests for a host through the network to Google."""
    (values,) = [each for each in applied.of_type(_SERVICES).values() if each["name"] == sender]
    for access in values["template"][0]["vpc_access"] or []:
        assert access["egress"] == "PRIVATE_RANGES_ONLY", "the box has no Cloud NAT for everything else"
        (interface,) = access["network_interfaces"]
        subnets = {each["id"]: each for each in applied.of_type("google_compute_subnetwork").values()}
        subnet = subnets[interface["subnetwork"]]
        if subnet["private_ip_google_access"] and _resolves_inside(applied, subnet["network"], host):
            return True
    return False


def _resolves_inside(applied: Applied, network: str, host: str) -> bool:
    zones = {
        zone["name"]
        for zone in applied.of_type("google_dns_managed_zone").values()
        if zone["visibility"] == "private" and _sees(zone, network)
    }
    found = [
        record["rrdatas"]
        for record in applied.of_type("google_dns_record_set").values()
        if record["managed_zone"] in zones and record["name"] == f"{host}." and record["type"] == "A"
    ]
    return bool(found) and all(ip_address(each) in PRIVATE_GOOGLEAPIS for each in found[0])


def _sees(zone: Values, network: str) -> bool:
    return any(each["network_url"] == network for each in zone["private_visibility_config"][0]["networks"])


def _session_of(port: int) -> int | None:
    """The session of the process that is connected from 127.0.0.1:port to the relays' address; each instance of the box
    is a session. Connections to other addresses can have the same port.
    """
    ends = [_as_listed("127.0.0.1", port), _as_listed(ADDRESSES[RELAY], 443)]
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[1:3] == ends}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended
            if any(_leads_to(each, sockets) for each in (process / "fd").iterdir()):
                return os.getsid(int(process.name))
    return None


def _as_listed(address: str, port: int) -> str:
    """An end of a connection as /proc/net/tcp writes it."""
    return f"{int.from_bytes(ip_address(address).packed, sys.byteorder):08X}:{port:04X}"


def _leads_to(descriptor: Path, sockets: set[str]) -> bool:
    try:
        return str(descriptor.readlink()) in sockets
    except OSError:  # it was closed
        return False
