"""`mien watch`: who comes and goes before a camera?"""

EPILOG = ""


def watch() -> None:
    """Say who appears before a camera."""
