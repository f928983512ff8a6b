"""Files, streams and cameras to frames and sound with true times; and back."""

from mien.media.camera import Camera, open_camera
from mien.media.find import find_media
from mien.media.frames import is_video, read_frames
from mien.media.limits import Limits
from mien.media.probe import MediaInfo, probe
from mien.media.sound import Sound, read_sound
from mien.media.stills import read_image
from mien.media.write import write_image, write_video

__all__ = [
    "Camera",
    "Limits",
    "MediaInfo",
    "Sound",
    "find_media",
    "is_video",
    "open_camera",
    "probe",
    "read_frames",
    "read_image",
    "read_sound",
    "write_image",
    "write_video",
]
