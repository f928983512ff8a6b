"""Mien: who is in the picture, how are they, and how far can that be trusted.

>>> import mien
>>> with mien.open("family.mien") as people:                 # doctest: +SKIP
...     people.enroll("Grace", ["g1.jpg", "g2.jpg"])
...     faces = people.identify("party.jpg")
>>> same = mien.verify("a.jpg", "b.jpg")                     # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mien.errors import (
    ArgumentError,
    AuditError,
    ConsentMissing,
    ConstraintConflict,
    CorruptMedia,
    FaceError,
    GalleryBusy,
    GalleryChanged,
    GalleryCorrupt,
    GalleryError,
    GalleryFull,
    GalleryLost,
    GalleryNewer,
    GalleryNotFound,
    KeyUnusable,
    LicenceNotAccepted,
    MediaError,
    MediaNotFound,
    MediaTooLarge,
    MediaWarning,
    MienError,
    ModelError,
    ModelMismatch,
    NoFaceFound,
    PersonExists,
    PersonNotFound,
    ProviderUnavailable,
    ReceiptInvalid,
    StreamLost,
    TableInvalid,
    TimelineBusy,
    TimelineError,
    TimelineInvalid,
    TimelineNewer,
    TimelineNotFound,
    UnknownModel,
    UnsupportedMedia,
    WeightsCorrupt,
    WeightsMissing,
    WorkersUnavailable,
    WrongKey,
)

if TYPE_CHECKING:  # the table below, for type checkers and editors
    from mien.analyze import identify_video
    from mien.analyze.timelines import analyze_files
    from mien.batch import identify_files
    from mien.draw import annotate
    from mien.faces import FaceEngine
    from mien.gallery import Enrolment, Gallery, Verification, verify
    from mien.gallery import open_gallery as open
    from mien.indexing import Indexed, index_files
    from mien.live import watch
    from mien.media import find_media, read_frames, read_image
    from mien.types import Answer, Faces, Frame, Issue

__version__ = "0.1.0"

# What is imported when first asked for, so that `import mien` stays light: name, module, name there.
_LATER = {
    "Answer": ("mien.types", "Answer"),
    "Enrolment": ("mien.gallery", "Enrolment"),
    "FaceEngine": ("mien.faces", "FaceEngine"),
    "Faces": ("mien.types", "Faces"),
    "Frame": ("mien.types", "Frame"),
    "Gallery": ("mien.gallery", "Gallery"),
    "Indexed": ("mien.indexing", "Indexed"),
    "Issue": ("mien.types", "Issue"),
    "Verification": ("mien.gallery", "Verification"),
    "analyze_files": ("mien.analyze.timelines", "analyze_files"),
    "annotate": ("mien.draw", "annotate"),
    "find_media": ("mien.media", "find_media"),
    "identify_files": ("mien.batch", "identify_files"),
    "identify_video": ("mien.analyze", "identify_video"),
    "index_files": ("mien.indexing", "index_files"),
    "open": ("mien.gallery", "open_gallery"),
    "read_frames": ("mien.media", "read_frames"),
    "read_image": ("mien.media", "read_image"),
    "verify": ("mien.gallery", "verify"),
    "watch": ("mien.live", "watch"),
}


__all__ = [
    "Answer",
    "ArgumentError",
    "AuditError",
    "ConsentMissing",
    "ConstraintConflict",
    "CorruptMedia",
    "Enrolment",
    "FaceEngine",
    "FaceError",
    "Faces",
    "Frame",
    "Gallery",
    "GalleryBusy",
    "GalleryChanged",
    "GalleryCorrupt",
    "GalleryError",
    "GalleryFull",
    "GalleryLost",
    "GalleryNewer",
    "GalleryNotFound",
    "Indexed",
    "Issue",
    "KeyUnusable",
    "LicenceNotAccepted",
    "MediaError",
    "MediaNotFound",
    "MediaTooLarge",
    "MediaWarning",
    "MienError",
    "ModelError",
    "ModelMismatch",
    "NoFaceFound",
    "PersonExists",
    "PersonNotFound",
    "ProviderUnavailable",
    "ReceiptInvalid",
    "StreamLost",
    "TableInvalid",
    "TimelineBusy",
    "TimelineError",
    "TimelineInvalid",
    "TimelineNewer",
    "TimelineNotFound",
    "UnknownModel",
    "UnsupportedMedia",
    "Verification",
    "WeightsCorrupt",
    "WeightsMissing",
    "WorkersUnavailable",
    "WrongKey",
    "analyze_files",
    "annotate",
    "find_media",
    "identify_files",
    "identify_video",
    "index_files",
    "open",
    "read_frames",
    "read_image",
    "verify",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'mien' has no attribute {name!r}")
    module, there = _LATER[name]
    return getattr(importlib.import_module(module), there)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
