"""How large a medium may be before Mien declines to decode it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Upper bounds that are checked before memory is spent; over them, `MediaTooLarge` is raised.

    max_bytes: size of a still's file. 64 MiB holds any phone's or camera's JPEG or HEIC (a 100-megapixel
        JPEG has 40 to 60 MB); a video's file may be of any size, as it is read piece by piece.
    max_pixels: width times height of a still, and of each frame of a video, read from the header. 100
        megapixels are 300 MB of RGB, which a small machine can still hold.
    max_frames: frames of an animated still (GIF, WebP, PNG, AVIF). A video may be of any length.
    max_animation_pixels: pixels of all frames of an animated still together, a bound for its decoding time.
    """

    max_bytes: int = 64 * 2**20
    max_pixels: int = 100_000_000
    max_frames: int = 10_000
    max_animation_pixels: int = 4_000_000_000


DEFAULT_LIMITS = Limits()
