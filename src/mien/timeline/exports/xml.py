"""What XML 1.0 can hold of a text."""

from __future__ import annotations

import re
from xml.sax import saxutils

INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2: Char


def visible(text: str) -> str:
    """The text with U+FFFD in place of each character that XML forbids."""
    return INVALID.sub("\ufffd", text)


def content(text: str) -> str:
    """The text between two tags; a carriage return is written so that readers do not make it a line feed."""
    return saxutils.escape(visible(text), {"\r": "&#13;"})


def attribute(text: str) -> str:
    """The text as the quoted value of an attribute."""
    return saxutils.quoteattr(visible(text))
