"""The budget stops films, and its operator serves them again."""

from collections.abc import Callable

from cloud.journey.conftest import Meet, sign_in
from cloud.journey.site import Api, playable, type_page, upload
from cloud.production import Production
from e2e.films import copyable, small
from e2e.party import create_room, wait_for_film
from fakes.waiting import eventually


def test_a_budget_stops_films_and_its_operator_serves_them_again(site: Production, admin: Api, meet: Meet) -> None:
    """Below the limit nothing happens. At it the edge refuses what is cached, the API refuses grants, and the page says
    why; repeats and late reports change nothing. The command of docs/operations.md serves films again until its limit.
    """
    video_id = upload(admin, copyable(10))
    playable(admin, video_id)
    host = meet("Ada")
    sign_in(host)
    create_room(host, small())
    wait_for_film(host, within_s=60)

    def grant() -> tuple[int, str]:
        answer = admin.client.post(f"/api/v1/videos/{video_id}/playback", json={})
        return answer.status_code, answer.json().get("code", "")

    manifest = str(admin.call("POST", f"/videos/{video_id}/playback", json={})["manifest_url"])

    def edge(status: int) -> Callable[[], bool]:
        return lambda: admin.client.get(manifest).status_code == status

    def spending() -> dict[str, object]:
        found: dict[str, object] = admin.call("GET", "/admin/settings")["spending"]
        return found or {}

    site.events.report_cost(50)
    eventually("the first report is stored", lambda: spending().get("cost") == 50, within_s=30)
    assert (grant(), admin.client.get(manifest).status_code) == ((200, ""), 200)

    site.events.report_cost(90)
    eventually("the edge refuses the film", edge(403), within_s=30)
    assert grant() == (403, "films_stopped")
    assert admin.client.get("/").status_code == 200
    host.page.reload()
    host.page.get_by_text("This site’s budget for the month is used up").wait_for()
    for late in (90, 60):
        site.events.report_cost(late)
    with site.changed(cors_origins=["https://app.example"]):  # another `terraform apply` serves no films by accident
        assert admin.client.get(manifest).status_code == 403

    shown = type_page(site, "Films stopped by the budget", page="operations.md")
    assert shown.returncode == 0, shown.stderr
    assert "Films are stopped. This month has cost 90.00 EUR" in shown.stdout
    assert "Films are served. This month has cost 90.00 EUR" in shown.stdout
    eventually("the edge serves the film", edge(200), within_s=30)
    assert grant() == (200, "")
    host.page.reload()
    wait_for_film(host)
    site.events.report_cost(149)
    eventually("the report is stored", lambda: spending().get("cost") == 149, within_s=30)
    assert (grant(), admin.client.get(manifest).status_code) == ((200, ""), 200)
    assert host.errors == []
