"""Mien: who is in the picture, how are they, and how far can that be trusted.

>>> import mien
>>> with mien.open("family.mien") as people:                 # doctest: +SKIP
...     people.enroll("Grace", ["g1.jpg", "g2.jpg"])
...     faces = people.identify("party.jpg")
>>> same = mien.verify("a.jpg", "b.jpg")                     # doctest: +SKIP
"""

__version__ = "0.1.0"
