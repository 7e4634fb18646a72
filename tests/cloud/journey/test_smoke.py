"""Step 5 of docs/deployment.md: the smoke test that every deployment ends with."""

from cloud.journey.site import ORIGIN, Api, type_page
from cloud.production import Production


def test_the_page_ends_with_a_film_that_plays(site: Production, admin: Api) -> None:
    """Typed as it is, with a token of the administrator: a film is uploaded, prepared and played, and everything is
    deleted again.
    """
    before = admin.call("GET", "/videos")["items"]
    scopes = ["rooms:write", "videos:read", "videos:write"]
    token = admin.call("POST", "/auth/me/tokens", json={"name": "smoke", "scopes": scopes})
    done = type_page(site, "5. The first film", f"{token['token']}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(ORIGIN)
    assert "the film plays for a guest, and for no one without a grant" in done.stdout
    assert admin.call("GET", "/videos")["items"] == before
