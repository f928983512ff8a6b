"""Does a deletion receipt hold today? Asks the gallery for what the receipt claims."""

from __future__ import annotations

from itertools import islice

from mien.gallery.protection import chain, receipt
from mien.gallery.protection.receipt import Check, Facts, Receipt
from mien.gallery.stores.base import Store


def verify_receipt(store: Store, found: Receipt) -> list[Check]:
    """The checks of a receipt (`mien.gallery.protection.receipt.verify`) against a gallery."""
    identity = store.info().uuid
    entry = next(iter(islice(store.entries(found.entry - 1), 1)), None) if found.entry > 0 else None
    broken = chain.verify(store.entries(), store.sign, chain.origin(identity, store.sign), store.head())
    facts = Facts(identity, store.remains(found.person, found.faces), entry, broken)
    return receipt.verify(found, facts, store.sign)
