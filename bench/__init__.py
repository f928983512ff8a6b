"""Measures Mien against its own bars and its peers: `python -m bench NAME [--quick]`."""
