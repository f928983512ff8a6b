"""Who is in a video and when, end to end: a generated clip whose truth is known, and real clips counted by eye."""

import tracemalloc

import numpy as np
import pytest

from mien.analyze import RATE, identify_video, spaced
from mien.demo import clip
from mien.errors import MediaError
from mien.gallery import open_gallery
from mien.types import Answer, Frame
from tests.film import CAST, CUT, EILEEN, GRACE

CLOSE = 0.3  # seconds; three looks, since what is half out of the picture is found late

# People, counted by eye on frames from the beginning, the middle and the end.
REAL = {
    "classroom.gif": 4,
    "face-demographics-walking-and-pause.gif": 3,
    "face-demographics-walking.gif": 2,
    "head-pose-face-detection-female-and-male.gif": 2,
    "pyfeat_WolfgangLanger_Pexels.mp4": 1,
    "pyfeat_single_face.mp4": 1,
    "pyfeat_no_face.mp4": 0,
}


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    """A gallery that knows nobody."""
    with open_gallery(tmp_path_factory.mktemp("strangers") / "nobody.mien") as people:
        yield people


@pytest.fixture(scope="module")
def found(family, film):
    """What is said about the clip, read from its file."""
    return identify_video(family, film)


def spans(result, name):
    return [span for one in result.appearances if one.name == name for span in one.spans]


def test_everybody_by_name_in_the_order_of_appearance(found):
    assert [one.name for one in found.appearances] == [GRACE, EILEEN]
    assert all(one.face.answers[0] is Answer.MATCH for one in found.appearances)
    assert all(one.face.probabilities[0] > 0.95 for one in found.appearances), (
        "the very photographs are enrolled"
    )


def test_when(found):
    # Her second and third appearance touch at the cut, so they are one.
    assert spans(found, GRACE) == [pytest.approx((0.5, 4.0), abs=CLOSE), pytest.approx((6.0, 9.0), abs=CLOSE)]
    assert spans(found, EILEEN) == [
        pytest.approx((1.0, 5.0), abs=CLOSE),
        pytest.approx((9.5, 11.0), abs=CLOSE),
    ]


def test_the_cut(found):
    assert found.cuts == (pytest.approx(CUT, abs=1.5 / RATE),)


def test_effort(found):
    assert found.frames == pytest.approx(clip.SECONDS * RATE, rel=0.2), (
        "every look takes about a tenth of a second"
    )
    shown = sum(one.end - one.start for one in CAST) * found.frames / clip.SECONDS
    assert 0.9 * shown <= found.detections <= 1.01 * shown, "who passes behind another is not seen"
    assert found.detections >= 8 * found.embedded > 0
    assert found.embedded == sum(one.embedded for one in found.appearances)
    assert found.detections - sum(one.looks for one in found.appearances) <= 2 * found.passing


def test_what_is_kept_of_each_person(found, family):
    for one in found.appearances:
        assert any(start <= one.time <= end for start, end in one.spans)
        assert one.portrait.shape[0] == one.portrait.shape[1] <= 160
        assert family.identify(one.portrait).names[0] == one.name, "it shows the person"
        assert len(one.face) == 1
    assert found.provenance["gallery"]["people"] == 2
    assert {"decode", "detect", "track", "embed", "identify"} <= set(found.seconds)


def test_a_stranger_is_one_stranger_across_the_cut(film_frames, strangers):
    result = identify_video(strangers, iter(film_frames))
    assert [one.name for one in result.appearances] == [None, None]
    first, second = result.appearances
    assert first.spans == (pytest.approx((0.5, 4.0), abs=CLOSE), pytest.approx((6.0, 9.0), abs=CLOSE))
    assert second.spans == (pytest.approx((1.0, 5.0), abs=CLOSE), pytest.approx((9.5, 11.0), abs=CLOSE))


def test_two_of_the_same_looks_side_by_side_are_two(cast, coffee, strangers):
    """A person beside their own picture, or twins."""
    pair = (
        clip.Appearance(GRACE, 0.0, 1.5, (160, 180), (180, 180), 90),
        clip.Appearance(GRACE, 0.0, 1.5, (460, 180), (440, 180), 90),
    )
    result = identify_video(strangers, (f for f in clip.frames(coffee, cast, pair) if f.time < 1.5))
    assert len(result.appearances) == 2
    assert result.embedded == 2, "one for up to twenty looks at each"


@pytest.mark.parametrize(("seconds", "people"), [(0.16, 0), (0.26, 1)], ids=["a flash", "three looks"])
def test_how_long_a_face_must_be_seen(seconds, people, cast, coffee, strangers):
    brief = (clip.Appearance(GRACE, 0.5, 0.5 + seconds, (160, 180), (180, 180), 90),)
    result = identify_video(strangers, (f for f in clip.frames(coffee, cast, brief) if f.time < 1.5))
    assert (len(result.appearances), result.passing, result.embedded) == (people, 1 - people, people)
    assert 1 <= result.detections <= 4


def test_somebody_else_in_the_same_place_after_a_cut(cast, coffee, cat, strangers):
    """Two who talk, filmed in turn: no track goes on across the cut."""
    talk = (
        clip.Appearance(GRACE, 0.0, 1.0, (300, 180), (305, 180), 90),
        clip.Appearance(EILEEN, 1.0, 3.0, (305, 180), (300, 180), 90),
        clip.Appearance(GRACE, 3.0, 4.0, (300, 180), (305, 180), 90),
    )
    scenes = zip(clip.frames(coffee, cast, talk), clip.frames(cat, cast, talk), strict=True)
    result = identify_video(strangers, (b if 1 <= a.time < 3 else a for a, b in scenes if a.time < 4))
    first, second = result.appearances
    assert first.spans == (pytest.approx((0, 1), abs=0.15), pytest.approx((3, 4), abs=0.15))
    assert second.spans == (pytest.approx((1, 3), abs=0.15),)


@pytest.mark.parametrize(
    ("absence", "gap"), [(0.0, 0.0), (0.5, 0.0), (0.0, 60.0)], ids=["at once", "soon", "gap"]
)
def test_somebody_else_takes_the_place_without_a_cut(absence, gap, cast, coffee, family):
    """At one desk before one wall: at once, after half a second, after a minute that was not recorded."""
    places = (
        clip.Appearance(GRACE, 0.0, 3.0, (320, 180), (320, 180), 90),
        clip.Appearance(EILEEN, 3.0 + absence, 7.0, (320, 180), (320, 180), 90),
    )
    film = (f for f in clip.frames(coffee, cast, places) if f.time < 6)
    result = identify_video(family, (Frame(f.image, f.time + gap * (f.time >= 3), f.index) for f in film))
    assert spans(result, GRACE) == [pytest.approx((0, 2.9), abs=CLOSE)]
    assert spans(result, EILEEN) == [pytest.approx((3 + absence + gap, 5.9 + gap), abs=CLOSE)]


def test_nobody_is_said_to_be_in_view_while_nothing_was_recorded(cast, coffee, strangers):
    """The same person before and after a minute without frames."""
    one = (clip.Appearance(GRACE, 0.0, 4.0, (320, 180), (320, 180), 90),)
    film = (f for f in clip.frames(coffee, cast, one) if f.time < 4)
    (seen,) = identify_video(
        strangers, (Frame(f.image, f.time + 60 * (f.time >= 2), 0) for f in film)
    ).appearances
    assert seen.spans == (pytest.approx((0, 1.9), abs=CLOSE), pytest.approx((62, 63.9), abs=CLOSE))


def test_appearances_of_one_name_are_one_person(film_frames, family):
    """Whatever their looks: somebody with glasses, and without."""

    class Generous:
        engine = family.engine

        def recognise(self, faces):
            return family.recognise(faces).having(names=np.array([GRACE] * len(faces), object))

    apart = (frame for frame in film_frames if frame.time >= 8.0)  # first Grace, then Eileen
    (one,) = identify_video(Generous(), apart).appearances
    assert one.spans == (pytest.approx((8.0, 11.0), abs=CLOSE),), "their absence of half a second is bridged"


@pytest.mark.parametrize("turn", [180, 30])
def test_turned_faces_get_their_names(turn, family, grace, astronaut):
    """Filmed with the camera upside down, or with the head held aslant."""
    from PIL import Image

    def film():
        for i in range(20):
            photo = grace if i < 10 else astronaut
            turned = (
                Image.fromarray(photo).rotate(turn, resample=Image.Resampling.BILINEAR).resize((360, 360))
            )
            yield Frame(np.roll(np.asarray(turned), i % 10, axis=1), i / 10, i)

    result = identify_video(family, film())
    assert [one.name for one in result.appearances] == [GRACE, EILEEN]
    assert spans(result, GRACE) == [pytest.approx((0.0, 0.9), abs=CLOSE)]
    assert spans(result, EILEEN) == [pytest.approx((1.0, 1.9), abs=CLOSE)]


def test_nobody(cat, coffee, strangers):
    result = identify_video(strangers, (Frame(image, i / 10, i) for i, image in enumerate([cat, coffee] * 4)))
    assert (result.appearances, result.detections, result.embedded) == ((), 0, 0)
    assert (result.frames, result.duration) == (8, pytest.approx(0.7))


def test_a_damaged_file_is_an_error(strangers, tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    with pytest.raises(MediaError, match=r"x\.mp4"):
        identify_video(strangers, tmp_path / "x.mp4")


def test_no_frames_at_all(strangers):
    result = identify_video(strangers, iter(()))
    assert (result.appearances, result.frames, result.duration, result.cuts) == ((), 0, 0.0, ())


def test_a_slide_show_of_one_picture_in_three_seconds(family, grace, astronaut, coffee):
    pictures = [grace, coffee, astronaut, grace]
    result = identify_video(family, (Frame(image, 3.0 * i, i) for i, image in enumerate(pictures)))
    assert {one.name: one.spans for one in result.appearances} == {
        GRACE: ((0.0, 0.0), (9.0, 9.0)),
        EILEEN: ((6.0, 6.0),),
    }


def test_a_still_is_a_video_of_one_frame(family, grace):
    (one,) = identify_video(family, [Frame(grace)]).appearances
    assert (one.name, one.spans, one.looks) == (GRACE, ((0.0, 0.0),), 1)


@pytest.mark.parametrize("rate", [2.0, 4.0])
def test_fewer_looks_a_second_find_the_same_people(rate, film_frames, family):
    result = identify_video(family, iter(film_frames), rate=rate)
    assert [one.name for one in result.appearances] == [GRACE, EILEEN]
    assert result.frames <= clip.SECONDS * rate + 1


def test_looks_are_spaced_whatever_the_rate_of_the_medium():
    image = np.zeros((2, 2, 3), np.uint8)

    def looks(times, rate=10.0):
        return [frame.time for frame in spaced((Frame(image, t) for t in times), rate)]

    assert len(looks(np.arange(0, 10, 1 / 60))) == pytest.approx(100, abs=5)
    assert looks([0.0, 0.5, 1.0]) == [0.0, 0.5, 1.0], "slower media are looked at whole"
    bursts = [t + i / 120 for t in (0.0, 2.0, 4.0) for i in range(24)]  # 0.2 s at 120 a second, then nothing
    assert len(looks(bursts)) == 9, "three of each burst"
    assert np.diff(looks(np.sort(np.random.default_rng(4).uniform(0, 20, 1000)))).min() >= 0.05 - 1e-6


@pytest.mark.parametrize("name", REAL)
def test_real_clips(name, shared, strangers):
    path = shared / "data/faces/video" / name
    if not path.is_file():
        pytest.skip(f"the clip is not at {path}")
    result = identify_video(strangers, path)
    assert len(result.appearances) == REAL[name]
    assert result.detections >= 8 * result.embedded
    for one in result.appearances:
        seen = sum(end - start for start, end in one.spans)
        assert seen >= 0.95 * result.duration, "everybody is in view from beginning to end"


def test_memory_does_not_grow_with_the_length(film_frames, family):
    """Ten rounds of two seconds that hold both people and a crossing take what two rounds take.

    Bound: 500 kB. One frame that is kept of each further round would be 5.5 MB, one portrait and crop of each of
    their tracks 1.8 MB; the peak itself varies by the shots (114 kB) that the tracks of a moment hold.
    """
    part = [frame for frame in film_frames if 2.0 <= frame.time < 4.0][::2]

    def looped(rounds):
        for i in range(rounds):
            for frame in part:
                time = frame.time - 2.0 + 2.0 * i
                yield Frame(frame.image if i % 2 else frame.image[:, ::-1].copy(), time, 0)

    def peak(rounds):
        tracemalloc.start()
        result = identify_video(family, looped(rounds))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(result.appearances) == 2
        return most

    peak(1)  # whatever is set up once
    short, long = peak(2), peak(10)
    assert long - short < 500_000
