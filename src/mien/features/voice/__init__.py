"""The voice: speech, pauses, pitch, energy and rate of what is heard; and the words that are said."""

from mien.features.voice.extractor import VOICE, Voice
from mien.features.voice.speech import speech_segments

__all__ = ["VOICE", "Voice", "speech_segments"]
