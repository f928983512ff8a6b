"""Every failure that a user of Mien can meet.

    MienError
    ├── ArgumentError            an argument is of the wrong kind, shape or range (also a ValueError)
    ├── MediaError               a file, stream or camera could not be read
    │   ├── MediaNotFound        there is no such file, or it is not a regular file
    │   ├── UnsupportedMedia     the content is of a kind that is not read
    │   ├── CorruptMedia         the content is damaged beyond what can be read
    │   ├── MediaTooLarge        bytes, pixels or frames are over the limits
    │   └── StreamLost           a camera or network stream cannot be opened, or stays away
    ├── ModelError               a model cannot be used
    │   ├── UnknownModel         no card of that name
    │   ├── WeightsMissing       the weights are not on this machine; the message says how to get them
    │   ├── WeightsCorrupt       the weights are not the file that the card names (SHA-256)
    │   ├── LicenceNotAccepted   the weights are not permissively licensed and nobody accepted that
    │   └── ProviderUnavailable  strict mode, and the wanted hardware provider is not there
    ├── FaceError                the picture is fine, its faces are not usable
    │   └── NoFaceFound          no face where one is needed
    ├── WorkersUnavailable       processes or a cluster to work on cannot be had
    ├── AuditError               accuracy cannot be measured on what was given
    │   └── TableInvalid         a table of pairs or of what is known of pictures cannot be used
    ├── TimelineError            a timeline cannot be written, or not as asked
    │   ├── TimelineNotFound     there is no timeline of that name
    │   ├── TimelineInvalid      the file is not a timeline, or is damaged
    │   │   └── TimelineNewer    a newer Mien made it
    │   └── TimelineBusy         another process is writing it
    └── GalleryError             a gallery cannot do what was asked
        ├── PersonNotFound       nobody of that name
        ├── PersonExists         that name is taken
        ├── GalleryNotFound      there is no gallery file of that name
        ├── GalleryCorrupt       the file is not a gallery, or is damaged
        │   └── GalleryNewer     a newer Mien made it
        ├── GalleryBusy          another process has held the gallery for too long
        ├── GalleryFull          the disk has no room left
        ├── GalleryLost          the connection to the gallery's server is gone
        ├── GalleryChanged       somebody changed what a repair is about
        ├── ModelMismatch        the gallery holds templates of another model
        ├── ConstraintConflict   what was said by hand contradicts itself
        ├── ConsentMissing       the legal basis is consent, and none is in force
        ├── KeyUnusable          a key is missing, malformed or open to others
        ├── WrongKey             the gallery is sealed with another key
        └── ReceiptInvalid       the file is not a receipt of a deletion

Each message names the file or the argument, what was found, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable


class MienError(Exception):
    """Base of all; ``except mien.MienError`` catches whatever a user can cause."""


class ArgumentError(MienError, ValueError):
    """An argument is of the wrong kind, shape or range."""


class MediaError(MienError):
    """A file, stream or camera could not be read."""


class MediaNotFound(MediaError):
    """There is no such file, or it is a folder, a pipe or a device where a file is needed."""


class UnsupportedMedia(MediaError):
    """The content is of a kind that Mien does not read."""


class CorruptMedia(MediaError):
    """The content is damaged beyond what can be read."""


class MediaTooLarge(MediaError):
    """Bytes, pixels or frames are over the limits in force."""


class StreamLost(MediaError):
    """A camera or network stream cannot be opened, or stays away after reconnecting."""


class MediaWarning(UserWarning):
    """A medium was read, but not all of it; no error, so that what is readable is used."""


class ModelError(MienError):
    """A model cannot be used."""


class UnknownModel(ModelError):
    """No model card has that name."""


class WeightsMissing(ModelError):
    """The weights are not on this machine; the message says how to get them."""


class WeightsCorrupt(ModelError):
    """The weights on disk are not the file that the card names."""


class LicenceNotAccepted(ModelError):
    """The weights are not permissively licensed, and their licence was not accepted."""


class ProviderUnavailable(ModelError):
    """Strict mode: the execution provider that was asked for is not available."""


class FaceError(MienError):
    """The picture is readable, but its faces are not usable."""


class NoFaceFound(FaceError):
    """No face was found where one is needed; `rejected` has source and reason of each picture of an enrolment."""

    def __init__(self, message: str, rejected: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.rejected = tuple(rejected)


class WorkersUnavailable(MienError):
    """Processes or a cluster to work on cannot be started or reached, or what they need is not installed."""


class AuditError(MienError):
    """Accuracy cannot be measured on what was given, such as photographs of a single person."""


class TableInvalid(AuditError):
    """A table of pairs, or of what is known of the pictures, cannot be used."""


class TimelineError(MienError):
    """A timeline cannot be written, or does not allow what was asked."""


class TimelineNotFound(TimelineError):
    """There is no timeline of that name."""


class TimelineInvalid(TimelineError):
    """The file is not a timeline or a table of intervals that Mien reads, or it is damaged."""


class TimelineNewer(TimelineInvalid):
    """The timeline was made by a newer Mien than this one."""


class TimelineBusy(TimelineError):
    """Another process is writing the timeline."""


class GalleryError(MienError):
    """A gallery cannot do what was asked."""


class PersonNotFound(GalleryError):
    """Nobody in the gallery has that name."""


class PersonExists(GalleryError):
    """That name is taken already."""


class GalleryNotFound(GalleryError):
    """There is no gallery file of that name."""


class GalleryCorrupt(GalleryError):
    """The file is not a gallery, or it is damaged."""


class GalleryNewer(GalleryCorrupt):
    """The gallery was made by a newer Mien than this one."""


class GalleryBusy(GalleryError):
    """Another process held the gallery for longer than the time allowed."""


class GalleryFull(GalleryError):
    """There is no room left on the disk; nothing was changed."""


class GalleryLost(GalleryError):
    """The connection to the server that keeps the gallery cannot be made, or broke."""


class GalleryChanged(GalleryError):
    """Somebody changed what a repair is about since it was looked at; nothing was changed by the repair."""


class ConstraintConflict(GalleryError):
    """What was said by hand of who is who contradicts itself.

    chain: ("face", row) and ("person", number) in order, of what is the same and yet different at its ends, where that
    was found among the rows of a clustering.
    """

    def __init__(self, message: str, chain: Iterable[tuple[str, int]] = ()) -> None:
        super().__init__(message)
        self.chain = tuple(chain)


class ConsentMissing(GalleryError):
    """The legal basis of the gallery is consent, and none is in force for the person."""


class ModelMismatch(GalleryError):
    """The gallery holds templates of another model than the one in use."""


class KeyUnusable(GalleryError):
    """A key is missing, malformed or open to others, or what is needed to use it is not installed."""


class WrongKey(GalleryError):
    """The gallery is sealed with another key than the one given."""


class ReceiptInvalid(GalleryError):
    """The file is not a receipt of a deletion."""
