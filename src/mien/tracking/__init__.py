"""Frames to tracks, and tracks to people."""

from mien.tracking.cuts import Cuts
from mien.tracking.follower import Follower
from mien.tracking.glimpse import glimpses
from mien.tracking.identities import Identities, Identity
from mien.tracking.tracker import Track, Tracker

__all__ = ["Cuts", "Follower", "Identities", "Identity", "Track", "Tracker", "glimpses"]
