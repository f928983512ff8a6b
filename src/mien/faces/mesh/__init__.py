"""The mesh of a face: 468 points and the irises, and what follows from them: openings, brows, the head's pose."""

from mien.faces.mesh.engine import PRESENT, Mesh

__all__ = ["PRESENT", "Mesh"]
