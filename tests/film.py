"""A generated film whose truth is known: Grace Hopper and Eileen Collins come, cross, leave and come back."""

from mien.demo import clip

GRACE, EILEEN = "Grace Hopper", "Eileen Collins"
CUT = 7.0  # seconds; the scene changes from the coffee to the cat

# Grace comes, leaves, comes back and stays across the cut; Eileen crosses her path at about 2.5 s.
CAST = (
    clip.Appearance(GRACE, 0.5, 4.0, (80, 190), (420, 170), 92),
    clip.Appearance(EILEEN, 1.0, 5.0, (520, 180), (160, 200), 84),
    clip.Appearance(GRACE, 6.0, CUT, (500, 190), (470, 190), 92),
    clip.Appearance(GRACE, CUT, 9.0, (200, 170), (240, 170), 110),
    clip.Appearance(EILEEN, 9.5, 11.0, (400, 190), (440, 190), 90),
)


def frames(people, before, after):
    """Its frames: the scene changes at CUT. people: as `clip.cast` gives them."""
    first, second = (list(clip.frames(scene, people, CAST)) for scene in (before, after))
    return [a if a.time < CUT else b for a, b in zip(first, second, strict=True)]
