"""Notices of the functions to the relays."""

from cloud.journey.site import Api
from cloud.production import Production


def test_notices_do_not_count_against_the_rate_of_an_address(site: Production, admin: Api) -> None:
    """Functions share a few addresses with other customers of Google: at the edge their notices would be refused for
    what others do. They take the network's own way to the relay.
    """
    room = admin.call("POST", "/rooms", json={"name": "Quiet"})["id"]
    at_the_edge, inside = len(site.edge.log), len(site.internal.log)
    admin.call("PATCH", f"/rooms/{room}", json={"chat": False})
    admin.call("DELETE", f"/rooms/{room}")
    assert set(site.internal.log[inside:]) == {"watchparty-rooms → watchparty-relay /ws →"}
    assert [line for line in site.edge.log[at_the_edge:] if "/ws" in line] == []
    assert not [name for name, said in site.logs().items() if "did not reach the relay" in said]


def test_every_function_signs_its_notices(site: Production, admin: Api) -> None:
    """The notice of a changed film comes from `videos`, that of a closed room from `auth`, both before the sweep."""
    link = {"title": "Away", "source_url": "https://films.example/a.mp4", "duration_s": 60}
    film = admin.call("POST", "/videos", json=link)["video"]
    room = admin.call("POST", "/rooms", json={"name": "Signed", "video_id": film["id"]})["id"]
    inside = len(site.internal.log)
    admin.call("PATCH", f"/videos/{film['id']}", json={"duration_s": 90})
    admin.call("POST", f"/admin/rooms/{room}/close")
    senders = {line.partition(" ")[0] for line in site.internal.log[inside:]}
    assert senders == {"watchparty-videos", "watchparty-auth"}
    assert not [name for name, said in site.logs().items() if "a notice could not be delivered" in said]
