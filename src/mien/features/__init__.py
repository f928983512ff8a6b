"""Streams of measurements over time, computed once and shared by every task."""
