"""Puts figures into the pages while they are built, so that none can drift from what was measured.

<!-- bench:recognition -->         the rows of bench/results/recognition.json
<!-- bench:recognition face of --> those whose name contains the text
<!-- thresholds -->                the similarity that is needed, by size of gallery, from the model's card
<!-- machine:recognition -->       on what the figures were taken
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "bench" / "results"
SIZES = (1, 10, 100, 1_000, 10_000)  # people in the gallery
RATES = (0.01, 0.001)  # of strangers who are called by somebody's name
MARKS = {True: "yes", False: "**no**", None: ""}
MARK = re.compile(r"<!-- (bench|machine|thresholds):?(\w*) ?(.*?) ?-->")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """The hook that MkDocs calls with the text of each page."""
    return MARK.sub(lambda found: table(*found.groups()), markdown)


def table(kind: str, name: str, contains: str) -> str:
    """The Markdown that takes the place of a mark."""
    if kind == "thresholds":
        return thresholds()
    file = RESULTS / f"{name}.json"
    if not file.exists():
        return f"*Not measured in this copy: `python -m bench {name}` does it.*"
    results = json.loads(file.read_text("utf-8"))
    return machine(results) if kind == "machine" else rows(results, contains)


def rows(results: dict[str, Any], contains: str) -> str:
    """Rows of a bench against their bars."""
    lines = ["| what | measured | bar | cleared |", "|---|---|---|---|"]
    for row in results["rows"]:
        if contains in row["row"]:
            note = f"<br><small>{row['note']}</small>" if row["note"] else ""
            lines.append(f"| {row['row']}{note} | {row['figure']} | {row['bar']} | {MARKS[row['ok']]} |")
    return "\n".join(lines)


def machine(results: dict[str, Any]) -> str:
    """One sentence on processor, memory and versions."""
    on, versions = results["machine"], ", ".join(f"{name} {v}" for name, v in results["versions"].items())
    return f"{on['cores']} cores of {on['cpu']}, {on['memory_gib']} GiB, {on['system']}; {versions}."


def thresholds() -> str:
    """The similarity that is needed, by the number of people enrolled with one photograph each."""
    from mien import models
    from mien.gallery.decide import Calibration, threshold

    card = models.card("sface")
    calibration = Calibration.from_card(card.decision, card.name)
    head = " | ".join(f"needed at {100 * rate:g} %" for rate in RATES)
    lines = [f"| people enrolled | {head} |", "|---|" + "---|" * len(RATES)]
    for size in SIZES:
        needed = " | ".join(f"{threshold(calibration, [size, 0, 0], rate):.2f}" for rate in RATES)
        lines.append(f"| {size:,} | {needed} |")
    return "\n".join(lines)
