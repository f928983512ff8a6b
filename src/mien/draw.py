"""Draws faces and their names on pictures, and pictures on contact sheets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mien.errors import ArgumentError
from mien.fonts import font_for
from mien.types import Answer, Faces, Floats, Image, Keypoints

if TYPE_CHECKING:
    import PIL.Image
    import PIL.ImageDraw

    from mien.fonts import Font

Colour = tuple[int, int, int]
_Area = tuple[int, int, int, int]  # left, top, right, bottom

# Okabe and Ito's palette (2008), which people with any colour vision tell apart; dashes say the same again.
MATCH: Colour = (0, 158, 115)  # bluish green
NO_MATCH: Colour = (213, 94, 0)  # vermillion
CANNOT_SAY: Colour = (240, 228, 66)  # yellow, dashed
UNDECIDED: Colour = (86, 180, 233)  # sky blue: faces that nobody has identified yet

_COLOURS = {Answer.MATCH: MATCH, Answer.NO_MATCH: NO_MATCH, Answer.CANNOT_SAY: CANNOT_SAY}
_INK: Colour = (16, 16, 16)
_PAPER: Colour = (255, 255, 255)
_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e")  # they would turn the label's order round
_UNWRITABLE = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}  # control, surrogate, unassigned, private, separators


def annotate(image: Image, faces: Faces, *, keypoints: bool = False) -> Image:
    """A copy of the picture with a box and a label at each face.

    image: (h, w, 3) uint8 RGB; it is not changed.
    faces: with ``answers``, a label says "Name 97 %", "unknown" or "cannot say: reason"; without, there are
        boxes only.
    keypoints: mark eyes, nose and mouth corners as well.

    Lines and letters grow with the picture and the face; labels stay inside the picture. Names may be in any
    script; characters that no installed font has show as boxes.
    """
    from PIL import Image as Pillow
    from PIL import ImageDraw

    canvas = Pillow.fromarray(np.ascontiguousarray(image))
    draw = ImageDraw.Draw(canvas)
    width = max(2, round(min(canvas.size) / 250))
    for i in np.argsort(-faces.areas, kind="stable"):  # small faces on top of large ones
        colour = _colour(faces, int(i))
        _outline(draw, faces.boxes[i], colour, width)
        if keypoints:
            _dots(draw, faces.keypoints[i], colour, width)
    taken: list[_Area] = [tuple(box) for box in faces.boxes.round().astype(int).tolist()]
    for i in range(len(faces)):
        if text := label_of(faces, i):
            _label(draw, faces.boxes[i], text, _colour(faces, i), canvas.size, taken)
    return np.asarray(canvas, np.uint8)


def label_of(faces: Faces, i: int) -> str:
    """What is written at the i-th face: "Name 97 %", "unknown", "cannot say: reason", or nothing."""
    if faces.answers is None:
        return ""
    match faces.answers[i]:
        case Answer.MATCH:
            name = "" if faces.names is None else _one_line(str(faces.names[i]))
            return (
                name if faces.probabilities is None else f"{name} {_percent(float(faces.probabilities[i]))}"
            )
        case Answer.NO_MATCH:
            return "unknown"
        case _:
            reason = "" if faces.reasons is None else _one_line(str(faces.reasons[i] or ""))
            return f"cannot say: {reason}" if reason else "cannot say"


def contact_sheet(
    images: Sequence[Image], captions: Sequence[str], columns: int = 4, *, cell: int = 240
) -> Image:
    """Pictures in rows on white, each with a caption of one line below, as one RGB picture.

    cell: width and height in pixels that each picture is scaled to fit into.

    Raises ArgumentError for no images, another number of captions, or fewer than one column.
    """
    from PIL import Image as Pillow
    from PIL import ImageDraw

    if not images or len(images) != len(captions) or columns < 1:
        raise ArgumentError(
            f"A contact sheet was asked for of {len(images)} images with {len(captions)} captions "
            f"in {columns} columns; expected one image or more, as many captions, and one column or more."
        )
    size, gap = max(11, cell // 16), max(4, cell // 20)
    step = cell + gap, cell + size * 2 + gap
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    sheet = Pillow.new("RGB", (columns * step[0] + gap, rows * step[1] + gap), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for i, (image, caption) in enumerate(zip(images, captions, strict=True)):
        _picture(
            sheet,
            draw,
            image,
            caption,
            (gap + i % columns * step[0], gap + i // columns * step[1]),
            cell,
            size,
        )
    return np.asarray(sheet, np.uint8)


def group_sheet(groups: Sequence[tuple[str, Sequence[tuple[str, Image]]]], *, cell: int = 112) -> Image:
    """A row of pictures for each group below its title, each picture with a caption, as one RGB picture.

    groups: (title, (caption, image)s). cell: width and height in pixels that each image is scaled to fit into.

    Raises ArgumentError where there is no group.
    """
    from PIL import Image as Pillow
    from PIL import ImageDraw

    if not groups:
        raise ArgumentError("A sheet of no groups was asked for; expected one group or more.")
    size, gap = max(11, cell // 9), max(4, cell // 16)
    step = size * 2 + cell + size * 2 + gap
    columns = max(1, max(len(images) for _, images in groups))
    width = max(columns, 4) * (cell + gap) + gap
    sheet = Pillow.new("RGB", (width, len(groups) * step + gap), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for row, (title, images) in enumerate(groups):
        y = gap + row * step
        font = font_for(title, size + 2)
        draw.text((gap, y), _shortened(_one_line(title), font, width - 2 * gap), fill=_INK, font=font)
        for column, (caption, image) in enumerate(images):
            _picture(sheet, draw, image, caption, (gap + column * (cell + gap), y + size * 2), cell, size)
    return np.asarray(sheet, np.uint8)


def _picture(
    sheet: PIL.Image.Image,
    draw: PIL.ImageDraw.ImageDraw,
    image: Image,
    caption: str,
    place: tuple[int, int],
    cell: int,
    size: int,
) -> None:
    """Put an image into the cell whose upper left corner is at the place, with its caption of that size below."""
    from PIL import Image as Pillow

    x, y = place
    picture = Pillow.fromarray(np.ascontiguousarray(image))
    picture = picture.resize(_fitting(picture.size, cell), Pillow.Resampling.LANCZOS)
    sheet.paste(picture, (x + (cell - picture.width) // 2, y + (cell - picture.height) // 2))
    font = font_for(caption, size)
    text = _shortened(_one_line(caption), font, cell)
    draw.text((x + cell // 2, y + cell + size), text, fill=_INK, font=font, anchor="mm")


def _colour(faces: Faces, i: int) -> Colour:
    return UNDECIDED if faces.answers is None else _COLOURS[faces.answers[i]]


def _outline(draw: PIL.ImageDraw.ImageDraw, box: Floats, colour: Colour, width: int) -> None:
    """A rectangle with a dark rim, so that it shows on any ground; dashed where nothing can be said."""
    x0, y0, x1, y1 = (round(float(v)) for v in box)
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    draw.rectangle((x0 - 1, y0 - 1, x1 + 1, y1 + 1), outline=_INK, width=width + 2)
    if colour != CANNOT_SAY:
        draw.rectangle((x0, y0, x1, y1), outline=colour, width=width)
        return
    dash = max(4 * width, 6)
    for x in range(x0, x1, 2 * dash):
        for y in (y0, y1 - width + 1):
            draw.rectangle((x, y, min(x + dash, x1), y + width - 1), fill=colour)
    for y in range(y0, y1, 2 * dash):
        for x in (x0, x1 - width + 1):
            draw.rectangle((x, y, x + width - 1, min(y + dash, y1)), fill=colour)


def _dots(draw: PIL.ImageDraw.ImageDraw, points: Keypoints, colour: Colour, width: int) -> None:
    for x, y in points.tolist():
        draw.ellipse((x - width - 1, y - width - 1, x + width + 1, y + width + 1), fill=colour, outline=_INK)


def _label(
    draw: PIL.ImageDraw.ImageDraw,
    box: Floats,
    text: str,
    colour: Colour,
    canvas: tuple[int, int],
    taken: list[_Area],
) -> None:
    """Write on a coloured plate above the box, below it or inside; where it covers least of what is taken."""
    base = min(canvas) / 36
    size = round(float(np.clip((box[2] - box[0]) * 0.16, max(11.0, base), max(14.0, 2 * base))))
    size = max(5, min(size, canvas[1] // 2))
    pad = max(1, size // 4)
    font = font_for(text, size)
    room = min(canvas[0], max(round(canvas[0] * 0.6), round(2 * float(box[2] - box[0]))))
    text = _shortened(text, font, room - 2 * pad)
    ascent, descent = font.getmetrics()
    width, height = round(font.getlength(text)) + 2 * pad, ascent + descent + pad
    left = int(np.clip(box[0], 0, max(0, canvas[0] - width)))
    tops = (box[1] - height, box[3] + 1, box[1] + 1, box[3] - height)
    places = [(left, int(np.clip(top, 0, max(0, canvas[1] - height)))) for top in tops]
    areas = [(x, y, x + width, y + height) for x, y in places]
    best = min(areas, key=lambda area: sum(_overlap(area, other) for other in taken))
    taken.append(best)
    draw.rounded_rectangle((*best[:2], best[2] - 1, best[3] - 1), radius=pad, fill=colour, outline=_INK)
    draw.text((best[0] + pad, best[1] + pad // 2 + ascent), text, fill=_INK, font=font, anchor="ls")


def _overlap(a: _Area, b: _Area) -> int:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(wide, 0) * max(high, 0)


def _shortened(text: str, font: Font, room: int) -> str:
    """The text, cut with an ellipsis where it is longer than the room in pixels."""
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "…") > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _one_line(text: str) -> str:
    """The text without line breaks and other control characters."""
    return " ".join(
        "".join(" " if c in _OVERRIDES or unicodedata.category(c) in _UNWRITABLE else c for c in text).split()
    )


def _percent(probability: float) -> str:
    return "> 99 %" if probability > 0.99 else f"{probability * 100:.0f} %"


def _fitting(size: tuple[int, int], cell: int) -> tuple[int, int]:
    scale = cell / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
