"""The command line: `mien` and its commands, which hold no logic of their own."""

from mien.cli.app import app, main

__all__ = ["app", "main"]
