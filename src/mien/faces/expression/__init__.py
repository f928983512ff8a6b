"""What a face shows: shares of a few classes of expression for each face."""

from mien.faces.expression.expression import CLASSES, Expression

__all__ = ["CLASSES", "Expression"]
