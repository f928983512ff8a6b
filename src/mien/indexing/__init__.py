"""Every face of many pictures into a gallery, by one process, several, or a cluster."""

from mien.indexing.index import index_files
from mien.indexing.reading import Indexed

__all__ = ["Indexed", "index_files"]
