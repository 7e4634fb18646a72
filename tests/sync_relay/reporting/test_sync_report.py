"""How well each member was in sync, for the host's report."""

from watchparty_relay.protocol.messages import Report
from watchparty_relay.protocol.values import Ready
from watchparty_relay.reporting.sync_report import REPORT_EVERY_MS, SyncReport

NOW = 1_000_000.0


def report(err_ms: float | None, ready: Ready = Ready.OK, rtt_ms: float | None = 30.0) -> Report:
    return Report(rev=1, pos_s=0, err_ms=err_ms, unc_ms=1, rtt_ms=rtt_ms, buf_s=1, ready=ready, rate=1, visible=True)


def test_a_minute_of_reports_is_one_summary_per_member() -> None:
    """E1: percentiles of the absolute error, and how often the film stalled."""
    sync = SyncReport(now_ms=NOW)
    for err_ms in (-1.0, 2.0, -3.0, 4.0, -5.0):
        sync.add("ana", report(err_ms))
    for ready in (Ready.BUFFERING, Ready.BUFFERING, Ready.OK, Ready.BUFFERING):
        sync.add("ana", report(None, ready, rtt_ms=None))
    sync.add("bob", report(7.0))
    sync.add("eve", report(None))
    assert sync.due(now_ms=NOW + REPORT_EVERY_MS - 1) == []
    ana, bob, eve = sync.due(now_ms=NOW + REPORT_EVERY_MS)
    assert (ana["participant_id"], ana["samples"], ana["err_p50_ms"], ana["stalls"]) == ("ana", 5, 3.0, 2)
    assert (ana["err_p95_ms"], ana["rtt_ms"]) == (4.8, 30.0)
    assert (bob["samples"], bob["err_p50_ms"], bob["err_p95_ms"]) == (1, 7.0, 7.0)
    assert (eve["samples"], eve["err_p50_ms"]) == (0, None)
    assert sync.due(now_ms=NOW + 2 * REPORT_EVERY_MS) == []
