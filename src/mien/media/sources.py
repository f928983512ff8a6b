"""Where live frames come from: local cameras, network streams, and files that stand in for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from mien.errors import ArgumentError, StreamLost
from mien.media.clock import Clock
from mien.media.decoder import Decoder
from mien.media.frames import read_frames
from mien.media.limits import DEFAULT_LIMITS
from mien.media.picture import Pictures
from mien.types import Image

# What a network stream may be made of. Files are not in it: a play list from elsewhere must not open them.
_PROTOCOLS = "rtsp,rtsps,rtp,srtp,rtmp,rtmps,udp,tcp,tls,http,https,httpproxy,crypto"
_SCHEMES = ("rtsp://", "rtsps://", "rtmp://", "rtmps://", "http://", "https://", "udp://")


class Arrival(NamedTuple):
    """A frame that came in: its presentation time, None where it is live, and how to get its RGB pixels.

    The pixels are converted only when someone takes the frame: most of a fast camera's are dropped.
    """

    time: float | None
    image: Callable[[], Image]


class Source(Protocol):
    """Something to connect to, again and again.

    name: what it is called in messages, without passwords.
    live: whether to connect again when it ends; known only while `frames` runs.
    """

    name: str
    live: bool

    def frames(self) -> Iterator[Arrival]:
        """Connect, and yield frames until the source ends; raises StreamLost where it fails."""


def source_of(source: int | str, patience: float) -> Source:
    """The source that a number, an address or a file name stands for."""
    if isinstance(source, int) or source.isdecimal():
        return LocalCamera(int(source))
    if source.lower().startswith(_SCHEMES):
        return NetworkStream(source, patience)
    if "://" in source:
        raise ArgumentError(f"{without_password(source)}: expected an address that starts with {_SCHEMES}.")
    return RecordedFile(source)


class LocalCamera:
    """A camera at this machine, through OpenCV."""

    live = True

    def __init__(self, number: int) -> None:
        self.name = f"camera {number}"
        self._number = number

    def frames(self) -> Iterator[Arrival]:
        """Frames as the driver delivers them."""
        import cv2

        capture = cv2.VideoCapture(self._number)
        try:
            if not capture.isOpened():
                raise StreamLost(f"{self.name}: there is no such camera, or another program is using it.")
            while True:
                arrived, bgr = capture.read()
                if not arrived:
                    raise StreamLost(f"{self.name}: it stopped delivering pictures.")
                yield Arrival(None, partial(_from_bgr, bgr))
        finally:
            capture.release()


class NetworkStream:
    """An RTSP, RTMP, HTTP or UDP stream, through PyAV."""

    def __init__(self, address: str, patience: float) -> None:
        self.name = without_password(address)
        self.live = True
        self._address = address
        self._patience = patience

    def frames(self) -> Iterator[Arrival]:
        """Frames as they arrive; of a recording of declared length with their presentation times."""
        import av

        options = {
            "protocol_whitelist": _PROTOCOLS,
            "rtsp_transport": "tcp",  # over UDP, lost packets smear the picture
            "fflags": "nobuffer",
            "max_pixels": str(DEFAULT_LIMITS.max_pixels),
            "threads": "1",
        }
        timeout = (self._patience, self._patience)
        try:
            with av.open(
                self._address, mode="r", options=options, timeout=timeout, metadata_errors="ignore"
            ) as container:
                if not container.streams.video:
                    raise StreamLost(f"{self.name}: the stream has no picture track.")
                stream = container.streams.video[0]
                self.live = container.duration is None
                pictures, clock = Pictures(stream, self.name, DEFAULT_LIMITS), Clock(container, stream)
                for frame, _ in Decoder(container, stream, keyframes=False):
                    yield Arrival(None if self.live else clock.time_of(frame), partial(pictures.rgb, frame))
        except av.FFmpegError as error:
            raise StreamLost(f"{self.name}: {error.strerror or 'the connection failed'}.") from error


class RecordedFile:
    """A video file, played as if it were live."""

    live = False

    def __init__(self, path: str) -> None:
        self.name = path

    def frames(self) -> Iterator[Arrival]:
        """All frames with their presentation times; raises as `read_frames` does."""
        for frame in read_frames(Path(self.name)):
            yield Arrival(frame.time, partial(_itself, frame.image))


def without_password(address: str) -> str:
    """The address with what stands before an "@" replaced: rtsp://user:secret@host becomes rtsp://***@host."""
    return re.sub(r"(?<=://)[^/]*(?=@)", "***", address)


def _from_bgr(image: Any) -> Image:
    return np.ascontiguousarray(image[..., ::-1], np.uint8)


def _itself(image: Image) -> Image:
    return image
