"""`mien gallery audit`: photographs and people in a gallery that somebody should look at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.galleries import GalleryOption, existing, open_store, told
from mien.cli.output import counted, say, table
from mien.cli.targets import STDOUT, require_targets, write_json

if TYPE_CHECKING:
    from mien.gallery.selfaudit import Finding
    from mien.gallery.stores.records import Face

SHOWN = 3  # photographs that are named in a line of the table

EPILOG = """
Examples:

\b
  mien gallery audit
  mien gallery audit --gallery family.mien --json audit.json

Every photograph is compared with the others of its person and with everybody else. Nothing is changed; what a line
says is a reason to look, not a proof. A person with one photograph has nothing to be compared with.
"""


def audit(
    gallery: GalleryOption = None,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the findings as JSON; - for stdout.", show_default=False),
    ] = None,
) -> None:
    """Find photographs under a wrong name, poor and repeated ones, and people who look alike."""
    require_targets({".json": json})
    findings, names, faces = looked_through(gallery)
    if json:
        record = {"format": "mien.gallery-audit/1", "gallery": told(existing(gallery)), "faces": len(faces)}
        write_json(record | {"findings": [_record(f, names, faces) for f in findings]}, json)
    if json == STDOUT:
        return
    people = len({face.person_id for face in faces.values()})
    looked = f"{counted(len(faces), 'photograph')} of {counted(people, 'person', 'people')}"
    if not findings:
        say(f"Looked through {looked}: nothing to say.")
        return
    table(("what", "who", "photographs", "why", "what to do"), [_row(f, names, faces) for f in findings])
    say(f"Looked through {looked}: {counted(len(findings), 'finding')}.")


def looked_through(gallery: str | None) -> tuple[list[Finding], dict[int, str], dict[int, Face]]:
    """All findings, with the names of people and the records of faces by id."""
    from mien import models
    from mien.gallery import selfaudit
    from mien.gallery.decide import Calibration
    from mien.gallery.gallery import FPIR

    with open_store(gallery) as store:
        names = {person.id: person.name for person in store.people()}
        held = store.info().models
        if not held:
            return [], names, {}
        enrolled, faces = selfaudit.enrolled(store, held[0])
        decision = store.calibration(held[0]) or models.card(held[0].name).decision
        calibration = Calibration.from_card(decision, held[0].name)
        return selfaudit.audit(enrolled, calibration, FPIR, store.bonds().apart), names, faces


def _row(finding: Finding, names: Mapping[int, str], faces: Mapping[int, Face]) -> tuple[str, ...]:
    from mien.gallery.selfaudit import advice, why

    sources = [faces[key].source for key in (*finding.faces, *finding.others)]
    more = f" and {len(sources) - SHOWN} more" if len(sources) > SHOWN else ""
    looked = ", ".join(sources[:SHOWN]) + more or "all"
    return finding.problem, names[finding.person], looked, why(finding, names), advice(finding, names)


def _record(finding: Finding, names: Mapping[int, str], faces: Mapping[int, Face]) -> dict[str, Any]:
    """A finding as JSON: cosines are null where nothing was compared."""
    from mien.gallery.selfaudit import advice, why

    return {
        "problem": finding.problem,
        "person": names[finding.person],
        "faces": [{"id": key, "source": faces[key].source} for key in finding.faces],
        "other": names[finding.other] if finding.other is not None else None,
        "others": [{"id": key, "source": faces[key].source} for key in finding.others],
        "own": None if math.isnan(finding.own) else round(finding.own, 4),
        "like": None if math.isnan(finding.like) else round(finding.like, 4),
        "probability": round(finding.probability, 4),
        "why": why(finding, names),
        "advice": advice(finding, names),
    }
