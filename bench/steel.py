"""Search beside faiss, kills at random moments, malformed files: the rows of the modules that measure them."""

from __future__ import annotations

from collections.abc import Iterator

from bench import killing, malformed, search
from bench.report import Row


def searching(quick: bool) -> Iterator[Row]:
    """Exact search beside faiss's exact int8 searches, one thread."""
    found = search.run(opening=not quick)
    seen = found["add_visible"] and found["delete_visible"]
    opening = "" if quick else f"; opens in {found['open_s'] * 1000:.0f} ms"
    yield Row(
        f"search {found['rows']:,} × 128, one thread",
        f"{found['ours_cpu_ms']:.2f} CPU-ms, {found['ratio']:.2f} of faiss; recall@1 {found['ours_recall_at_1']:.3f}; "
        f"add and delete visible at once: {'yes' if seen else 'no'}",
        "≤ 1.3, yes",
        bool(found["ratio"] <= 1.3 and seen),
        f"faiss SQ8 {found['faiss_sq8_cpu_ms']:.2f} (recall {found['faiss_sq8_recall_at_1']:.3f}), direct int8 "
        f"{found['faiss_direct_cpu_ms']:.2f} CPU-ms ({found['faiss_direct_recall_at_1']:.3f}); "
        f"ours re-ranks exactly{opening}",
    )


def kills(quick: bool) -> Iterator[Row]:
    """kill -9 at random moments of enrolling and forgetting."""
    found = killing.run(20 if quick else 200)
    yield Row(
        f"{found['kills']} kill −9 at random moments of enrolling and forgetting",
        f"{found['acknowledged_lost']} acknowledged changes lost, {found['half_written']} half-written people, "
        f"{found['index_differs']} indexes that differ",
        "0, 0, file opens",
        not (found["acknowledged_lost"] or found["half_written"] or found["index_differs"]),
        f"{found['inside_a_change']} of the kills fell inside a change; {found['changes']:,} changes were acknowledged",
    )


def malformed_files(quick: bool) -> Iterator[Row]:
    """Damaged, disguised and hostile files."""
    found = malformed.run(100 if quick else 1000)
    bad = [found[kind] for kind in ("crashes", "hangs_over_5s", "unclear_errors")]
    yield Row(
        f"{found['files']:,} malformed files",
        f"{bad[0]} crashes, {bad[1]} hangs over 5 s, {bad[2]} unclear errors",
        "0, 0, 0",
        not any(bad),
        f"{found['read_anyway']} could be read all the same; slowest {found['slowest_s']} s, "
        f"peak {found['peak_mb']:.0f} MB",
    )
