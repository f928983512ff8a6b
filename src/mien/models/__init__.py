"""Which models exist, where their weights are, and how they are opened.

>>> from mien import models
>>> models.card("sface").licence
'Apache-2.0'
>>> with models.open_session("sface") as sface:          # doctest: +SKIP
...     (vectors,) = sface.run({"data": faces})
"""

from mien.models.acquire import add, add_all
from mien.models.catalogue import Card, card, cards
from mien.models.prepare import prepared
from mien.models.session import Session, open_session
from mien.models.tflite import LiteSession, open_lite
from mien.models.weights import ModelStatus, locate, verify

__all__ = [
    "Card",
    "LiteSession",
    "ModelStatus",
    "Session",
    "add",
    "add_all",
    "card",
    "cards",
    "locate",
    "open_lite",
    "open_session",
    "prepared",
    "verify",
]
