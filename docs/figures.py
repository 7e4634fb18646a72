"""`python docs/figures.py`: computes the tables of cost.md and scale.md; `--write` inserts them into the pages.

Every assumption is a constant here with its source. A test compares the pages with what this computes.
"""

import sys
from dataclasses import dataclass
from math import ceil
from pathlib import Path

HERE = Path(__file__).parent

# ---- prices: US dollars, list prices for europe-west1 or the nearest published region, without taxes and discounts
CDN_GIB = (  # out of the cache, Europe or North America, by GiB per month; https://cloud.google.com/cdn/pricing
    (10 * 1024, 0.08),
    (140 * 1024, 0.055),
    (float("inf"), 0.03),  # to 500 TiB; Google quotes larger amounts on request: assumed to be the same
)
CDN_FILL_GIB = 0.01  # into the cache within a continent; the same page
CDN_LOOKUPS_10K = 0.0075  # the same page
EGRESS_GIB = 0.12  # out of a bucket, premium tier, first TiB; price page, read 2026-09-20
FORWARDING_RULES_HOUR = 0.025  # up to five, one price; price page, read 2026-09-20
VCPU_S = (
    0.000018  # Cloud Run jobs, and services with CPU always allocated; https://cloud.google.com/run/pricing, tier 1
)
GIB_S = 0.000002  # the same page
REQUEST_VCPU_S = 0.000024  # Cloud Run services billed only while they serve requests; the same page
REQUEST_GIB_S = 0.0000025  # the same; the 180,000 free vCPU seconds per month (fifty hours) are not counted
STORAGE_GIB_MONTH = 0.02  # Cloud Storage, standard, one region; price page, read 2026-09-20
REDIS_HA_GIB_HOUR = 0.054  # Memorystore, standard tier, smallest capacity; from memory, not verified
ARMOR_POLICY_MONTH = 5.0  # and 1 per rule; from memory, not verified
FIRESTORE_READS_100K = 0.06  # reads and 0.18 writes: multi-region prices, higher than a single region's;
FIRESTORE_WRITES_100K = 0.18  # https://cloud.google.com/firestore/pricing
HOURS_MONTH = 730

# ---- a film night
FILM_H = 2.0
MBIT_S = 4.0  # average per viewer: 1080p takes about 5, 720p about 2.5
GIB_PER_VIEWER_HOUR = MBIT_S * 1e6 / 8 * 3600 / 2**30
SEGMENT_S = 4.0
ORIGINAL_GIB = 6.0
PREPARED_GIB = 7.0  # all qualities together
TRANSCODE_VCPU_H_PER_FILM_H = 6.0  # four qualities with x264: an estimate, not measured on Cloud Run
NIGHTS_PER_VIEWER_MONTH = 2
PEOPLE_PER_ROOM = 5

# ---- capacity of each part
SOCKETS_PER_INSTANCE = 1_000  # Cloud Run's limit of concurrent requests
MESSAGES_S_PER_CORE = 50_000  # frames that a relay sends per core: conservative; `make bench-relay` measures a machine
ROOM_KIB = 40  # of Redis: clock, 256 lines, people, answers
REDIS_OPS_S = 80_000  # one shard, small scripts: an order of magnitude
CHANGES_S_PER_ROOM = 0.1  # play, pause, seek, chat together
WRITES_PER_JOIN = 2
SNAPSHOT_EVERY_S = 10


@dataclass(frozen=True)
class Month:
    """The cost of a month, by part."""

    viewers: int
    egress: float
    compute: float
    store: float
    fixed: float

    @property
    def total(self) -> float:
        return self.egress + self.compute + self.store + self.fixed


def transcode_price(film_h: float) -> float:
    vcpu_s = film_h * TRANSCODE_VCPU_H_PER_FILM_H * 3600
    return vcpu_s * (VCPU_S + GIB_S)  # one GiB per core


def cdn_price(gib: float) -> float:
    """The graduated price: each tier of `CDN_GIB` applies to its own share of the traffic."""
    price = 0.0
    for size, per_gib in CDN_GIB:
        price += min(gib, size) * per_gib
        gib -= min(gib, size)
    return price


def film_night(people: int) -> dict[str, float]:
    """The cost of each part for one evening in profile hobby."""
    viewer_h = people * FILM_H
    return {
        "egress": viewer_h * GIB_PER_VIEWER_HOUR * EGRESS_GIB,
        "preparing the film once": transcode_price(FILM_H),
        "the service while people watch": (FILM_H + 0.5) * 3600 * (REQUEST_VCPU_S + REQUEST_GIB_S),
        "storing the original and the film for a month": (ORIGINAL_GIB * 7 / 30 + PREPARED_GIB) * STORAGE_GIB_MONTH,
    }


def month(viewers: int) -> Month:
    """The cost of a month in profile production."""
    viewer_h = viewers * NIGHTS_PER_VIEWER_MONTH * FILM_H
    gib = viewer_h * GIB_PER_VIEWER_HOUR
    nights = viewers * NIGHTS_PER_VIEWER_MONTH / PEOPLE_PER_ROOM
    lookups = viewer_h * 3600 / SEGMENT_S * 2 / 10_000 * CDN_LOOKUPS_10K  # video and audio
    fill = nights * PREPARED_GIB * CDN_FILL_GIB
    relay_h = max(HOURS_MONTH, viewer_h / SOCKETS_PER_INSTANCE)
    documents = viewers * NIGHTS_PER_VIEWER_MONTH * 60 / 100_000 * (FIRESTORE_READS_100K + FIRESTORE_WRITES_100K / 4)
    return Month(
        viewers=viewers,
        egress=cdn_price(gib) + lookups + fill,
        compute=nights * transcode_price(FILM_H) + relay_h * 3600 * (VCPU_S + GIB_S) + documents,
        store=nights * (ORIGINAL_GIB * 7 / 30 + PREPARED_GIB) * STORAGE_GIB_MONTH,
        fixed=FORWARDING_RULES_HOUR * HOURS_MONTH + REDIS_HA_GIB_HOUR * HOURS_MONTH + ARMOR_POLICY_MONTH + 4,
    )


def night_table() -> str:
    parts = film_night(5)
    rows = [f"| {what} | {price:.2f} $ | {price / sum(parts.values()):.0%} |" for what, price in parts.items()]
    total = f"| **total** | **{sum(parts.values()):.2f} $** | |"
    return "\n".join(["| | price | share |", "|---|---|---|", *rows, total])


def month_table() -> str:
    names = "viewers per month | egress | compute | storage | fixed | total | per viewer"
    head = f"| {names} |\n|---|---|---|---|---|---|---|"
    months = (month(0), month(1_000), month(100_000))
    rows = [
        f"| {m.viewers:,} | {m.egress:,.0f} $ | {m.compute:,.0f} $ | {m.store:,.0f} $ | {m.fixed:,.0f} $ "
        f"| **{m.total:,.0f} $** | {f'{m.total / m.viewers:.2f} $' if m.viewers else '–'} |"
        for m in months
    ]
    return "\n".join([head, *rows])


def scale_row(viewers: int, *, per_room: int) -> str:
    rooms = ceil(viewers / per_room)
    instances = ceil(viewers / SOCKETS_PER_INSTANCE)
    changes_s = rooms * CHANGES_S_PER_ROOM
    frames_s = changes_s * per_room + viewers / 5  # each state to each member, plus its repetition every five seconds
    redis_gib = rooms * ROOM_KIB / 2**20
    redis_ops = changes_s * 4 + instances * 20 + viewers / 4
    shards = max(1, ceil(redis_ops / REDIS_OPS_S))
    writes_s = viewers * WRITES_PER_JOIN / 600 + rooms / SNAPSHOT_EVERY_S  # everyone joins within ten minutes
    gbit_s = viewers * MBIT_S / 1000
    cores = max(frames_s / MESSAGES_S_PER_CORE, 0.1)
    return (
        f"| {viewers:,} in {rooms:,} | {instances:,} | {frames_s:,.0f} ({cores:.1f} cores) "
        f"| {redis_ops:,.0f}, {max(redis_gib, 0.01):.2f} GiB → {shards} | {writes_s:,.0f} | {gbit_s:,.0f} |"
    )


def scale_table() -> str:
    head = (
        "| viewers in rooms | relay instances | frames per second | Redis: operations per second, memory → shards "
        "| database writes per second | Gbit/s of film |\n|---|---|---|---|---|---|"
    )
    rows = [scale_row(10_000, per_room=10_000), *(scale_row(10**n, per_room=5) for n in (3, 4, 5, 6))]
    return "\n".join([head, *rows])


TABLES = {("cost.md", "night"): night_table, ("cost.md", "months"): month_table, ("scale.md", "scale"): scale_table}


def with_tables(name: str, text: str) -> str:
    """Returns the page with its computed tables."""
    for (page, table), compute in TABLES.items():
        if page == name:
            head, opening, rest = text.partition(f"<!-- {table} -->\n")
            _, closing, tail = rest.partition("<!-- end -->")
            text = f"{head}{opening}{compute()}\n{closing}{tail}"
    return text


if __name__ == "__main__":
    for page in ("cost.md", "scale.md"):
        path = HERE / page
        if "--write" in sys.argv:
            path.write_text(with_tables(page, path.read_text()))
    print("\n\n".join(compute() for compute in TABLES.values()))
