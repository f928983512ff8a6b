"""People, their templates, search and decisions."""

from mien.gallery.gallery import Enrolment, Gallery, open_gallery
from mien.gallery.verification import Verification, verify

__all__ = ["Enrolment", "Gallery", "Verification", "open_gallery", "verify"]
