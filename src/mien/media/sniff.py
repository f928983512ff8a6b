"""Tells what a file is from its first bytes; names and extensions are not looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

HEAD = 1024  # bytes that `sniff` wants to see: five packets of an MPEG transport stream, or an SVG's prologue

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}  # header lengths in use; "BM" alone begins many texts
_MOV_ATOMS = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


@dataclass(frozen=True)
class Content:
    """What the first bytes say: ``name`` as in "jpeg" or "mp4", and which kind of medium that is."""

    name: str
    kind: Literal["image", "video", "audio", "other"]


# (offset, magic bytes, what it is); the first that fits wins.
_MAGIC: list[tuple[int, bytes, Content]] = [
    (0, b"\xff\xd8\xff", Content("jpeg", "image")),
    (0, b"\x89PNG\r\n\x1a\n", Content("png", "image")),
    (0, b"GIF87a", Content("gif", "image")),
    (0, b"GIF89a", Content("gif", "image")),
    (8, b"WEBP", Content("webp", "image")),
    (0, b"II*\0", Content("tiff", "image")),
    (0, b"MM\0*", Content("tiff", "image")),
    (0, b"II+\0", Content("tiff", "image")),
    (0, b"MM\0+", Content("tiff", "image")),
    (8, b"AVI ", Content("avi", "video")),
    (0, b"\x1aE\xdf\xa3", Content("matroska", "video")),
    (0, b"\0\0\x01\xba", Content("mpeg", "video")),
    (0, b"\0\0\x01\xb3", Content("mpeg", "video")),
    (0, b"FLV\x01", Content("flv", "video")),
    (0, b"0&\xb2u\x8ef\xcf\x11", Content("asf", "video")),
    (0, b"OggS", Content("ogg", "video")),
    (0, b"\x06\x0e+4\x02\x05\x01\x01", Content("mxf", "video")),
    (0, b"YUV4MPEG2 ", Content("yuv4mpeg", "video")),
    (0, b"DKIF", Content("ivf", "video")),
    (0, b"\0\0\0\x01\x67", Content("h264", "video")),
    (0, b"\0\0\0\x01\x40\x01", Content("hevc", "video")),
    (0, b"%PDF", Content("a PDF document", "other")),
    (0, b"PK\x03\x04", Content("a ZIP archive or office document", "other")),
    (0, b"\x1f\x8b", Content("a gzip archive", "other")),
    (0, b"7z\xbc\xaf\x27\x1c", Content("a 7z archive", "other")),
    (0, b"Rar!\x1a\x07", Content("a RAR archive", "other")),
    (0, b"\x7fELF", Content("a Linux program", "other")),
    (0, b"MZ", Content("a Windows program", "other")),
    (0, b"8BPS", Content("a Photoshop document", "other")),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", Content("a JPEG 2000 image", "other")),
    (0, b"\xff\x0a", Content("a JPEG XL image", "other")),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Content("a JPEG XL image", "other")),
    (0, b"\0\0\x01\0", Content("a Windows icon", "other")),
    (0, b"SQLite format 3", Content("an SQLite database", "other")),
    (8, b"WAVE", Content("a WAV sound", "audio")),
    (0, b"ID3", Content("an MP3 sound", "audio")),
    (0, b"\xff\xfb", Content("an MP3 sound", "audio")),
    (0, b"\xff\xf3", Content("an MP3 sound", "audio")),
    (0, b"\xff\xf2", Content("an MP3 sound", "audio")),
    (0, b"\xff\xf1", Content("an AAC sound", "audio")),
    (0, b"\xff\xf9", Content("an AAC sound", "audio")),
    (0, b"fLaC", Content("a FLAC sound", "audio")),
    (0, b"riff\x2e\x91\xcf\x11", Content("a Wave64 sound", "audio")),
    (0, b"caff", Content("a CAF sound", "audio")),
    (0, b"#!AMR", Content("an AMR sound", "audio")),
]


def sniff(head: bytes) -> Content:
    """What a file with these first bytes (up to `HEAD` of them) is.

    Content that is not known gets the kind "other" and a name that describes the bytes.
    """
    for offset, magic, content in _MAGIC:
        if head.startswith(magic, offset) and (offset == 0 or head.startswith((b"RIFF", b"RF64"))):
            return _ogg(head) if content.name == "ogg" else content
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Content("an AIFF sound", "audio")
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return Content("bmp", "image")
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[4:8] in _MOV_ATOMS:
        return Content("mov", "video")
    for start, packet in ((0, 188), (4, 192)):  # MPEG transport stream; with time codes on Blu-ray and AVCHD
        if len(head) > start + 3 * packet and all(head[start + i * packet] == 0x47 for i in range(4)):
            return Content("mpegts", "video")
    return Content(_describe(head), "other")


def _iso_media(head: bytes) -> Content:
    """The kind of an ISO base media file from the brands in its first box (ISO/IEC 14496-12, 4.3)."""
    size = int.from_bytes(head[:4], "big")
    box = head[8 : max(size, 12)]
    brands = {box[:4], *(box[i : i + 4] for i in range(8, len(box) - 3, 4))}
    if box[:4] in _AVIF_BRANDS | {b"mif1", b"msf1"} and brands & _AVIF_BRANDS:
        return Content("avif", "image")
    if box[:4] in _HEIF_BRANDS:
        return Content("heif", "image")
    if box[:4] in {b"M4A ", b"M4B "}:
        return Content("an MPEG-4 sound", "audio")
    if box[:4] == b"crx ":
        return Content("a camera's raw file (CR3)", "other")
    return Content("mp4", "video")


def _ogg(head: bytes) -> Content:
    """Of the first packet of each track, all of which stand before any data (RFC 3533, 6), whether one is pictures."""
    sounds = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")
    if head.startswith(sounds, 28) and b"\x80theora" not in head:
        return Content("an Ogg sound", "audio")
    return Content("ogg", "video")


def _describe(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.match(rb"(<\?xml.*|<!--.*|<!doctype svg.*)?<svg[\s>]", text, re.DOTALL):
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if head and not re.search(rb"[\0-\x08\x0e-\x1a\x7f]", head):
        return "text"
    if not any(head):
        return "nothing but zero bytes"
    return f"unknown (it starts with {head[:8].hex(' ')})"
