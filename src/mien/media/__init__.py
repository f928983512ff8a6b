"""Files, streams and cameras to frames with true times; and back."""

from mien.media.find import find_media
from mien.media.frames import is_video, read_frames
from mien.media.limits import Limits
from mien.media.stills import read_image
from mien.media.write import write_image, write_video

__all__ = ["Limits", "find_media", "is_video", "read_frames", "read_image", "write_image", "write_video"]
