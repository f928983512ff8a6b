"""Which restrictive licences the user of this machine has accepted, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mien.errors import LicenceNotAccepted, ModelError
from mien.home import home
from mien.models.catalogue import Card


def require(card: Card) -> None:
    """Raise `LicenceNotAccepted` unless the licence of the weights is permissive or was accepted here.

    What was accepted is one licence of one file: another version of the model asks again.
    """
    agreed = accepted().get(card.name, {})
    if card.permissive or (agreed.get("licence"), agreed.get("sha256")) == (
        card.licence,
        card.weights.sha256,
    ):
        return
    raise LicenceNotAccepted(
        f"The weights of {card.name!r} are under the licence {card.licence}, which restricts their use; "
        f"see {card.source}. If it allows what you do: mien models add {card.name} --accept-licence"
    )


def accept(card: Card) -> None:
    """Record that the licence of this model was accepted now."""
    entry = {
        "licence": card.licence,
        "sha256": card.weights.sha256,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path = record()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(accepted() | {card.name: entry}, indent=2), "utf-8")
    partial.replace(path)


def accepted() -> dict[str, dict[str, Any]]:
    """By model: the licence that was accepted, the SHA-256 of its weights, and the time (UTC, ISO 8601)."""
    if not record().is_file():
        return {}
    try:
        entries: dict[str, dict[str, Any]] = json.loads(record().read_text("utf-8"))
    except ValueError as error:
        raise ModelError(
            f"{record()} is damaged ({error}). Delete it and accept the licences again."
        ) from error
    return entries


def record() -> Path:
    """The file in which acceptances are kept."""
    return home() / "models" / "accepted.json"
