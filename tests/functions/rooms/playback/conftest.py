"""An API whose films are on this machine, and a room that shows one."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.api_harness import ApiHarness
from fakes.cinema import FILES, Cinema
from fakes.party import film, party
from watchparty_api.objects.local import LocalObjectStore


@pytest.fixture
def cinema(api: ApiHarness, tmp_path: Path) -> Cinema:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    objects = LocalObjectStore(tmp_path / "data", key=key, now=api.clock)
    api.services = replace(api.services, objects=objects)
    room = party(api)
    video = film(api, room.owner)
    for name, content in FILES.items():
        path = tmp_path / "data" / "media" / video.id / str(video.generation) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert room.host.ask("PATCH", room.path(), {"video_id": video.id}).status_code == 200
    room.host.join(room.id)
    return Cinema(api, room, video)
