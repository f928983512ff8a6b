"""The voice: speech, pauses, pitch, energy and rate of what is heard; and the words that are said."""

from mien.features.voice.extractor import VOICE, Voice
from mien.features.voice.speech import speech_segments
from mien.features.voice.words import Recogniser, Word, word_segments

__all__ = ["VOICE", "Recogniser", "Voice", "Word", "speech_segments", "word_segments"]
