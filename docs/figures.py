"""`python docs/figures.py`: computes the tables of cost.md and scale.md; `--write` inserts them into the pages.

Every assumption is a constant here with its source. A test compares the pages with what this computes.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

HERE = Path(__file__).parent

# ---- prices: US dollars, list prices for europe-west1 or the nearest published region, without taxes and discounts.
# "Read" is the day on which the page, or a stored copy of it, was read; "not verified" marks a price whose page could
# not be read, because Google's tables of prices by region are not part of the page's text.
CDN_GIB = (  # out of the cache, Europe or North America, by GiB per month; https://cloud.google.com/cdn/pricing
    (10 * 1024, 0.08),  # from before 2026-09-20 and not read again, as are the next two
    (140 * 1024, 0.055),
    (float("inf"), 0.03),  # to 500 TiB; Google quotes larger amounts on request: assumed to be the same
)
CDN_FILL_GIB = 0.01  # into the cache within a continent; the same page, from before 2026-09-20 and not read again
CDN_LOOKUPS_10K = 0.0075  # the same page, from before 2026-09-20 and not read again
EGRESS_GIB = 0.12  # out of a bucket, premium tier; https://cloud.google.com/storage/pricing-examples, read 2026-11-30
FORWARDING_RULES_HOUR = 0.025  # up to five, one price; https://cloud.google.com/load-balancing/pricing, read 2026-11-30
BALANCED_GIB = 0.008  # processed by the load balancer, in or out, cache fills included; the same page, read 2026-11-30
VCPU_S = (
    0.000018  # Cloud Run jobs, and services with CPU always allocated; https://cloud.google.com/run/pricing, tier 1
)
GIB_S = 0.000002  # the same page, from before 2026-09-20 and not read again
TASK_LEAST_S = 60  # the shortest time that is billed for a task of a job; the same page
REQUEST_VCPU_S = 0.000024  # Cloud Run services billed only while they serve requests; the same page
REQUEST_GIB_S = 0.0000025  # the same; the 180,000 free vCPU seconds per month (fifty hours) are not counted
STORAGE_GIB_MONTH = 0.02  # Cloud Storage, standard, Belgium; https://cloud.google.com/storage/pricing, read 2026-11-30
CLASS_A_1K = 0.005  # writes and lists; https://cloud.google.com/storage/pricing-examples, read 2026-11-30
CLASS_B_1K = 0.0004  # reads; the same page, read 2026-11-30
REDIS_HA_GIB_HOUR = (
    0.054  # Memorystore, standard tier; https://cloud.google.com/memorystore/docs/redis/pricing, not verified
)
ARMOR_POLICY_MONTH = 5.0  # and 1 per rule; https://cloud.google.com/armor/pricing, not verified
FIRESTORE_READS_100K = 0.06  # reads and 0.18 writes: the multi-region prices, which a copy of the page of 2020 states;
FIRESTORE_WRITES_100K = 0.18  # a single region is said to cost half; https://cloud.google.com/firestore/pricing
HOURS_MONTH = 730

# ---- a film night
FILM_H = 2.0
MBIT_S = 4.0  # average per viewer: 1080p takes about 5, 720p about 2.5
GIB_PER_VIEWER_HOUR = MBIT_S * 1e6 / 8 * 3600 / 2**30
SEGMENT_S = 4.0
ORIGINAL_GIB = 6.0
ORIGINAL_DAYS = 30 + 7  # `original_days` in Terraform, then the bucket's soft deletion
PREPARED_GIB = 7.0  # all qualities together
STREAMS = 5  # four qualities and one sound track
TRANSCODE_VCPU_H_PER_FILM_H = 2.0  # measured: `make bench-transcode`, CPU seconds per second of film
TASKS, TASK_VCPU = 20, 4  # `transcoder` in Terraform; one GiB per vCPU
NIGHTS_PER_VIEWER_MONTH = 2
PEOPLE_PER_ROOM = 5
FIRESTORE_READS_PER_NIGHT = 914  # per viewer; counted by `make bench-scale`, 2026-11-30
FIRESTORE_WRITES_PER_NIGHT = 207  # the same; 790 and 290 before the relays' events were stored in batches
FUNCTION_CPU_S_PER_NIGHT = 5.0  # per viewer: about 200 requests and events of 25 ms; an estimate
RELAY_GIB_PER_VIEWER_HOUR = 0.003  # about 900 bytes per second in both directions; an estimate

# ---- capacity of each part
AUTOSCALING = 0.6  # Cloud Run, CPU and requests; cloud.google.com/run/docs/about-instance-autoscaling, 2026-11-30
SOCKETS_PER_INSTANCE = 1_000  # Cloud Run's limit of concurrent requests per instance
SIDECAR = 0.25  # vCPU and GiB of the container beside each relay that reads its metrics, terraform/relay.tf
RELAYS_MOST = 20  # `relay_scale.most` in Terraform
SERVICE_INSTANCES = 1_000  # per service and region, after a request for quota
SUBNET_INSTANCES = 500  # a /22 has a thousand addresses, and two revisions overlap during a deployment
RELAY_CONNECTIONS = 51  # to Redis: a full pool and the subscription
REDIS_CONNECTIONS = 65_000  # https://cloud.google.com/memorystore/docs/redis/quotas, read 2026-11-30
REDIS_GIB = 1.0  # `redis.memory_gb` in Terraform
REDIS_SHARD_GIB = 4.0
ROOM_KIB = 40  # a room with 256 lines of chat; `make bench-scale` measures one without
REDIS_LOAD = 0.6  # of its one core: commits share it, and a failover doubles the load for a moment
FUNCTIONS_MOST = 20  # `functions_scale.most` in Terraform, one vCPU each
JOIN_CPU_S = 0.025  # card, join and grant; `make bench-functions` on the emulator's database
ARRIVAL_S = 600.0  # everyone joins within ten minutes
FIRESTORE_WRITES_S = 10_000  # what a database reaches after growing for an evening
CHANGES_S_PER_ROOM = 0.1  # play, pause, seek, chat together
COMMIT_COMMANDS = 9  # within the script of a commit
WRITES_PER_JOIN = 2
SNAPSHOT_EVERY_S = 10


@dataclass(frozen=True)
class Measured:
    """What `make bench-scale` measures: CPU in cores, commands per second, each per viewer."""

    relay_cpu: float
    relay_kib: float
    redis_cpu: float
    redis_commands: float

    @property
    def viewers_per_relay(self) -> float:
        """How many an instance has when Cloud Run starts the next one."""
        by_memory = 0.8 * 2**20 / self.relay_kib  # one GiB
        return min(AUTOSCALING * SOCKETS_PER_INSTANCE, AUTOSCALING / self.relay_cpu, by_memory)


MEASURED = Measured(relay_cpu=0.000195, relay_kib=35.5, redis_cpu=2.89e-06, redis_commands=0.494)
"""2026-11-30, two virtual cores that others used as well, a thousand rooms of two; docs/benchmarks.md."""


@dataclass(frozen=True)
class Limit:
    """A part, the number of viewers at once with which it is full, why, and what lifts it."""

    part: str
    viewers: int
    reason: str
    remedy: str


@dataclass(frozen=True)
class Part:
    """One part of a site of a million viewers: what has to be different, and its cost per hour."""

    part: str
    what: str
    usd_h: float


@dataclass(frozen=True)
class Month:
    """The cost of a month, by part."""

    viewers: int
    egress: float
    films: float
    compute: float
    store: float
    fixed: float

    @property
    def total(self) -> float:
        return self.egress + self.films + self.compute + self.store + self.fixed


def transcode_price(film_h: float) -> float:
    """A job's tasks share the film; each is billed for a minute at least."""
    each_s = max(TASK_LEAST_S, film_h * TRANSCODE_VCPU_H_PER_FILM_H * 3600 / TASKS / TASK_VCPU)
    return TASKS * TASK_VCPU * each_s * (VCPU_S + GIB_S)


def film_operations_price(film_h: float) -> float:
    """Writing a film's segments once, and reading each once into a cache."""
    segments = film_h * 3600 / SEGMENT_S * STREAMS
    return segments / 1000 * (CLASS_A_1K + CLASS_B_1K)


def film_storage_price() -> float:
    """The original until it is gone, and the prepared film for a month."""
    return (ORIGINAL_GIB * ORIGINAL_DAYS / 30 + PREPARED_GIB) * STORAGE_GIB_MONTH


def cdn_price(gib: float) -> float:
    """The graduated price: each tier of `CDN_GIB` applies to its own share of the traffic."""
    price = 0.0
    for size, per_gib in CDN_GIB:
        price += min(gib, size) * per_gib
        gib -= min(gib, size)
    return price


def documents_price(nights: float) -> float:
    reads = FIRESTORE_READS_PER_NIGHT * FIRESTORE_READS_100K
    return nights * (reads + FIRESTORE_WRITES_PER_NIGHT * FIRESTORE_WRITES_100K) / 100_000


def functions_price(nights: float) -> float:
    return nights * FUNCTION_CPU_S_PER_NIGHT * (REQUEST_VCPU_S + REQUEST_GIB_S)


def relay_price(hours: float) -> float:
    return hours * 3600 * (1 + SIDECAR) * (VCPU_S + GIB_S)


def film_night(people: int) -> dict[str, float]:
    """The cost of each part for one evening in profile hobby."""
    viewer_h = people * FILM_H
    return {
        "egress": viewer_h * GIB_PER_VIEWER_HOUR * EGRESS_GIB,
        "preparing the film once": transcode_price(FILM_H) + film_operations_price(FILM_H),
        "the service while people watch": (FILM_H + 0.5) * 3600 * (REQUEST_VCPU_S + REQUEST_GIB_S),
        "the database": documents_price(people),
        "storing the original and the film": film_storage_price(),
    }


def month(viewers: int) -> Month:
    """The cost of a month in profile production."""
    viewer_nights = viewers * NIGHTS_PER_VIEWER_MONTH
    viewer_h = viewer_nights * FILM_H
    films = viewer_nights / PEOPLE_PER_ROOM
    lookups = viewer_h * 3600 / SEGMENT_S * 2 / 10_000 * CDN_LOOKUPS_10K  # video and audio
    fill = films * PREPARED_GIB * (CDN_FILL_GIB + BALANCED_GIB)
    messages = viewer_h * RELAY_GIB_PER_VIEWER_HOUR * BALANCED_GIB
    relays = relay_price(max(HOURS_MONTH, viewer_h / MEASURED.viewers_per_relay))
    return Month(
        viewers=viewers,
        egress=cdn_price(viewer_h * GIB_PER_VIEWER_HOUR) + lookups + fill + messages,
        films=films * (transcode_price(FILM_H) + film_operations_price(FILM_H)),
        compute=relays + functions_price(viewer_nights) + documents_price(viewer_nights),
        store=films * film_storage_price(),
        fixed=FORWARDING_RULES_HOUR * HOURS_MONTH
        + REDIS_GIB * REDIS_HA_GIB_HOUR * HOURS_MONTH
        + ARMOR_POLICY_MONTH
        + 4,
    )


def limits(measured: Measured) -> list[Limit]:
    """What fills up first when a site with Terraform's defaults grows, and what next."""
    relay = measured.viewers_per_relay
    shown = f"{relay:,.0f} viewers per instance at Cloud Run's target of {AUTOSCALING:.0%}"
    rooms = 0.8 * REDIS_GIB * 2**20 / ROOM_KIB
    redis_load = measured.redis_cpu + redis_commit_cpu(measured)
    arrivals_s = AUTOSCALING * FUNCTIONS_MOST / JOIN_CPU_S
    found = [
        Limit(
            "relays, as shipped", int(RELAYS_MOST * relay), f"{RELAYS_MOST} instances, {shown}", "`relay_scale.most`"
        ),
        Limit("relays, subnet", int(SUBNET_INSTANCES * relay), f"a /22 holds {SUBNET_INSTANCES} twice", "a /20"),
        Limit(
            "relays, one service", int(SERVICE_INSTANCES * relay), f"{SERVICE_INSTANCES:,} instances", "more regions"
        ),
        Limit(
            "Redis, memory",
            int(rooms * PEOPLE_PER_ROOM),
            f"{ROOM_KIB} KiB per room, 1 GiB",
            "`redis.memory_gb`",
        ),
        Limit(
            "Redis, its core",
            int(REDIS_LOAD / redis_load),
            f"{redis_load * 1e6:.0f} µs per viewer and second",
            "a cluster",
        ),
        Limit(
            "Redis, connections",
            int(REDIS_CONNECTIONS / RELAY_CONNECTIONS * relay),
            f"{REDIS_CONNECTIONS:,}, {RELAY_CONNECTIONS} per relay",
            "a cluster, or smaller pools",
        ),
        Limit(
            "functions, arrivals",
            int(arrivals_s * ARRIVAL_S),
            f"{arrivals_s:,.0f} joins per second",
            "`functions_scale.most`",
        ),
        Limit(
            "database, writes",
            int(FIRESTORE_WRITES_S * FILM_H * 3600 / FIRESTORE_WRITES_PER_NIGHT),
            f"{FIRESTORE_WRITES_PER_NIGHT} per viewer and night, {FIRESTORE_WRITES_S:,} per second",
            "fewer events, several databases",
        ),
    ]
    return sorted(found, key=lambda limit: limit.viewers)


def redis_commit_cpu(measured: Measured) -> float:
    """Cores per viewer for what viewers do, at the measured cost per command."""
    return measured.redis_cpu / measured.redis_commands * CHANGES_S_PER_ROOM / PEOPLE_PER_ROOM * COMMIT_COMMANDS


def million(measured: Measured) -> list[Part]:
    """A million viewers at once, in rooms of five: what each part has to be, and its cost per hour."""
    viewers = 1_000_000
    rooms, nights_h = viewers / PEOPLE_PER_ROOM, viewers / FILM_H
    relays = ceil(viewers / measured.viewers_per_relay)
    by_cpu = viewers * (measured.redis_cpu + redis_commit_cpu(measured)) / REDIS_LOAD
    shards = ceil(max(by_cpu, rooms * ROOM_KIB / 2**20 / 0.8 / REDIS_SHARD_GIB))
    writes_s = viewers * FIRESTORE_WRITES_PER_NIGHT / FILM_H / 3600
    gib = viewers * GIB_PER_VIEWER_HOUR
    lookups = viewers * 3600 / SEGMENT_S * 2 / 10_000 * CDN_LOOKUPS_10K
    films = rooms / FILM_H
    return [
        Part(
            "film traffic",
            f"{viewers * MBIT_S / 1e6:,.0f} Tbit/s: a contract; here the list's last price",
            gib * CDN_GIB[-1][1] + lookups,
        ),
        Part(
            "films",
            f"{films:,.0f} new ones per hour, if each room brings its own: quota for as many tasks",
            films
            * (
                transcode_price(FILM_H)
                + film_operations_price(FILM_H)
                + PREPARED_GIB * (CDN_FILL_GIB + BALANCED_GIB)
                + film_storage_price()
            ),
        ),
        Part("relays", f"{relays:,} instances: {ceil(relays / SUBNET_INSTANCES)} regions or more", relay_price(relays)),
        Part("load balancer", "messages of the relays", viewers * RELAY_GIB_PER_VIEWER_HOUR * BALANCED_GIB),
        Part(
            "Redis",
            f"{shards} shards of {REDIS_SHARD_GIB:.0f} GiB, each with a replica: a cluster, or one per region",
            shards * REDIS_SHARD_GIB * REDIS_HA_GIB_HOUR,
        ),
        Part("database", f"{writes_s:,.0f} writes per second: one database per region", documents_price(nights_h)),
        Part(
            "functions",
            f"{nights_h * FUNCTION_CPU_S_PER_NIGHT / 3600 / AUTOSCALING:,.0f} vCPU",
            functions_price(nights_h),
        ),
    ]


def limits_table(measured: Measured = MEASURED) -> str:
    rows = [
        f"| {n} | {each.part} | {each.viewers:,} | {each.reason} | {each.remedy} |"
        for n, each in enumerate(limits(measured), 1)
    ]
    return "\n".join(["| | part | viewers at once | because | lifted by |", "|---|---|---|---|---|", *rows])


def million_table(measured: Measured = MEASURED) -> str:
    parts = million(measured)
    rows = [f"| {each.part} | {each.what} | {each.usd_h:,.0f} $ |" for each in parts]
    total = sum(each.usd_h for each in parts)
    without = total - sum(each.usd_h for each in parts if each.part in ("films", "film traffic"))
    ends = [f"| **total** | | **{total:,.0f} $** |", f"| without films and their traffic | | {without:,.0f} $ |"]
    return "\n".join(["| part | what it has to be | per hour |", "|---|---|---|", *rows, *ends])


def night_table() -> str:
    parts = film_night(5)
    rows = [f"| {what} | {price:.2f} $ | {price / sum(parts.values()):.0%} |" for what, price in parts.items()]
    total = f"| **total** | **{sum(parts.values()):.2f} $** | |"
    return "\n".join(["| | price | share |", "|---|---|---|", *rows, total])


def month_table() -> str:
    parts = "egress | preparing films | relays, functions, database | storage | fixed"
    names = f"viewers per month | {parts} | total | per viewer"
    head = f"| {names} |\n|---|---|---|---|---|---|---|---|"
    months = (month(0), month(1_000), month(100_000))
    rows = [
        f"| {m.viewers:,} | {m.egress:,.0f} $ | {m.films:,.0f} $ | {m.compute:,.0f} $ | {m.store:,.0f} $ "
        f"| {m.fixed:,.0f} $ | **{m.total:,.0f} $** | {f'{m.total / m.viewers:.2f} $' if m.viewers else '–'} |"
        for m in months
    ]
    return "\n".join([head, *rows])


def scale_row(viewers: int, *, per_room: int) -> str:
    rooms = ceil(viewers / per_room)
    instances = ceil(viewers / MEASURED.viewers_per_relay)
    changes_s = rooms * CHANGES_S_PER_ROOM
    frames_s = changes_s * per_room + viewers / 5  # each state to each member, plus its repetition every five seconds
    redis_gib = rooms * ROOM_KIB / 2**20
    # A room on a relay costs the same however many of its viewers are there.
    alone = MEASURED.redis_commands * min(viewers, rooms * min(instances, per_room))
    redis_ops = changes_s * COMMIT_COMMANDS + alone
    core = redis_ops * MEASURED.redis_cpu / MEASURED.redis_commands
    writes_s = viewers * WRITES_PER_JOIN / ARRIVAL_S + rooms / SNAPSHOT_EVERY_S
    gbit_s = viewers * MBIT_S / 1000
    return (
        f"| {viewers:,} in {rooms:,} | {instances:,} | {frames_s:,.0f} ({viewers * MEASURED.relay_cpu:,.1f} cores) "
        f"| {redis_ops:,.0f} ({core:.2f} cores), {max(redis_gib, 0.01):.2f} GiB → {ceil(core / REDIS_LOAD)} "
        f"| {writes_s:,.0f} | {gbit_s:,.0f} |"
    )


def scale_table() -> str:
    head = (
        "| viewers in rooms | relay instances | frames per second | Redis: commands per second, memory → shards "
        "| database writes per second | Gbit/s of film |\n|---|---|---|---|---|---|"
    )
    rows = [scale_row(10_000, per_room=10_000), *(scale_row(10**n, per_room=5) for n in (3, 4, 5, 6))]
    return "\n".join([head, *rows])


TABLES: dict[tuple[str, str], Callable[[], str]] = {
    ("cost.md", "night"): night_table,
    ("cost.md", "months"): month_table,
    ("scale.md", "scale"): scale_table,
    ("scale.md", "limits"): limits_table,
    ("scale.md", "million"): million_table,
}


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
