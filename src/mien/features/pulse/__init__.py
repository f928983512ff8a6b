"""The pulse, read from how the colour of a face's skin changes with each heartbeat (remote photoplethysmography)."""

from mien.features.pulse.rate import PULSE, TRUSTED, pulse

__all__ = ["PULSE", "TRUSTED", "pulse"]
