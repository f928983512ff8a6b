"""Films of a face whose pulse is known: a still that turns and moves under changing light, its skin with each beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from bench.ict_faces import Light, person, render
from mien.faces import FaceEngine
from mien.types import Frame, Image

Array = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.float32]

RATE = 25.0  # frames a second, on average; each is up to 4 ms early or late
SIDE = 224  # pixels of the picture
BLOOD = (
    np.array([0.33, 0.77, 0.53]) / 0.77
)  # pulse in red, green and blue over green's: de Haan and van Leest 2014
NOISE = 2.0  # grey levels, standard deviation for each pixel, before rounding to 8 bits
LAMP = np.array([0.4, -0.5, 0.77])  # from the head to the lamp: x right, y down, z to the camera
# People of `ict_faces`, light to dark, whom the detector also finds while they move.
DRAWN = (0, 1, 2, 9, 10, 5)
AMBIENT, DIRECT = 0.6, 0.4  # shares of light from everywhere and from the lamp


@dataclass(frozen=True)
class Scene:
    """What happens beside the pulse.

    depth: peak to peak of the pulse in green, as a share of its mean; 0 for no pulse. turn: degrees to each side (yaw;
    pitch has 0.6 of it, roll 0.3), slow. shift: pixels to each side, slow. nod: degrees of pitch, as fast as a pulse.
    drift: share by which the light changes slowly, and 0.2 of it from colour to colour. flicker: share by which it
    changes at 0.5 to 3 Hz, in all colours. dark: factor of all light.
    """

    name: str
    depth: tuple[float, float] = (0.005, 0.010)
    turn: float = 0.0
    shift: float = 0.0
    nod: float = 0.0
    drift: float = 0.0
    flicker: float = 0.0
    dark: float = 1.0


SCENES = {
    one.name: one
    for one in (
        Scene("still, light changes", drift=0.15, flicker=0.01),
        Scene("moving, light changes", turn=6, shift=8, drift=0.15, flicker=0.01),
        Scene("nodding at the rate of a pulse", turn=6, shift=8, nod=6, drift=0.15, flicker=0.01),
        Scene("in the dark (a fifth of the light)", turn=6, shift=8, drift=0.15, flicker=0.01, dark=0.2),
        Scene("no pulse, still", depth=(0, 0), drift=0.15, flicker=0.01),
        Scene("no pulse, moving", depth=(0, 0), turn=6, shift=8, drift=0.15, flicker=0.01),
    )
}


@dataclass(frozen=True, eq=False)
class Film:
    """times: (n,) seconds. beats: (n,) the pulse at each, in beats a minute. scene: what happens."""

    seed: int
    scene: Scene
    times: Array
    beats: Array

    def frames(self, still: Image) -> Iterator[Frame]:
        """The pictures, 8 bits, of a face in the still."""
        rng = np.random.default_rng([self.seed, 1])
        head = Head(still)
        wave = pulse_wave(self.times, self.beats)
        depth = rng.uniform(*self.scene.depth)
        light = lighting(self.times, self.scene, rng)
        turns, shifts = motion(self.times, self.scene, rng)
        grain = rng.normal(0, NOISE, (SIDE + 64, SIDE + 64, 3)).astype(np.float32)
        blood = (0.5 * depth * BLOOD * head.skin[..., None]).astype(np.float32)
        for i, time in enumerate(self.times):
            colour = (1 + blood * np.float32(wave[i])) * light[i].astype(np.float32)
            y, x = rng.integers(64, size=2)
            picture = head.turned(turns[i], shifts[i], colour) + grain[y : y + SIDE, x : x + SIDE]
            yield Frame(np.clip(np.rint(picture), 0, 255).astype(np.uint8), float(time), i)


def film(seed: int, scene: str, seconds: float) -> Film:
    """A film of that scene with a pulse of 50 to 120 that wanders by a few beats, and breathes (0.25 Hz, 2 beats)."""
    rng = np.random.default_rng([seed, 0])
    times = np.arange(0, seconds, 1 / RATE)
    times[1:] += rng.uniform(-0.004, 0.004, len(times) - 1)
    level = rng.uniform(53, 117)
    beats = level + 2 * np.sin(2 * np.pi * (0.25 * times + rng.uniform())) + slow(times, rng, 0.02, 0.05)
    return Film(seed, SCENES[scene], times, beats)


def pulse_wave(times: Array, beats: Array) -> Array:
    """(n,) from -1 to 1: the fundamental and a second harmonic of 0.3, with the phase that the rate adds up to."""
    steps = np.diff(times, prepend=times[0])
    phase = 2 * np.pi * np.cumsum(beats / 60 * steps)
    wave = np.sin(phase) + 0.3 * np.sin(2 * phase + 1)
    return wave / np.abs(wave).max()


def slow(times: Array, rng: np.random.Generator, low: float, high: float) -> Array:
    """(n,) from -1 to 1: three sines of random frequencies in Hz, phases and sizes."""
    parts = [
        rng.uniform(0.3, 1) * np.sin(2 * np.pi * (rng.uniform(low, high) * times + rng.uniform()))
        for _ in range(3)
    ]
    total = np.sum(parts, axis=0)
    return np.asarray(total / np.abs(total).max())


def lighting(times: Array, scene: Scene, rng: np.random.Generator) -> Array:
    """(n, 3) factors of red, green and blue."""
    common = scene.drift * slow(times, rng, 0.02, 0.2) + scene.flicker * slow(times, rng, 0.5, 3)
    colours = 0.2 * scene.drift * np.stack([slow(times, rng, 0.02, 0.1) for _ in range(3)], axis=1)
    return np.asarray(scene.dark * (1 + common[:, None] + colours))


def motion(times: Array, scene: Scene, rng: np.random.Generator) -> tuple[Array, Array]:
    """(n, 3) yaw, pitch and roll in degrees, (n, 2) pixels."""
    yaw, pitch, roll, x, y = (slow(times, rng, 0.05, 0.5) for _ in range(5))
    nod = scene.nod * np.sin(2 * np.pi * (rng.uniform(0.8, 2) * times + rng.uniform()))
    turns = np.stack([scene.turn * yaw, 0.6 * scene.turn * pitch + nod, 0.3 * scene.turn * roll], axis=1)
    return turns, scene.shift * np.stack([x, y], axis=1)


class Head:
    """A face in a still picture, with the relief of half an ellipsoid, so that it can turn and be lit anew."""

    def __init__(self, still: Image) -> None:
        self.still = still.astype(np.float32)
        box = FaceEngine().detect(still).largest().boxes[0]
        centre, half = (box[:2] + box[2:]) / 2, 0.6 * (box[2:] - box[:2])
        self.centre = (float(centre[0]), float(centre[1]))
        self.y, self.x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
        u, v = (self.x - centre[0]) / half[0], (self.y - centre[1]) / half[1]
        height = np.sqrt(np.clip(1 - u**2 - v**2, 0, None))
        self.skin = np.clip(2 * height, 0, 1)
        self.relief = height * half[0]
        normals = np.stack([u, v * half[0] / half[1], height], axis=-1) * (height > 0)[..., None]
        self.normals = normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
        self.before = self.shade(LAMP)

    def shade(self, lamp: Array) -> Pixels:
        """(side, side, 1): light from everywhere, and from a lamp in this direction by Lambert's law."""
        lit = self.normals @ lamp.astype(np.float32)
        return np.asarray(AMBIENT + DIRECT * np.clip(lit, 0, None), np.float32)[..., None]

    def turned(self, degrees: Array, pixels: Array, colour: Pixels) -> Pixels:
        """(side, side, 3) float32 of the head after a turn (yaw, pitch, roll) and a shift, in that light."""
        right, down = np.sin(np.radians(degrees[:2])).astype(np.float32)
        seen = [
            -right * LAMP[2],
            -down * LAMP[2],
            right * LAMP[0] + down * LAMP[1],
        ]  # how the lamp moves for the head
        lit = self.still * colour * (self.shade(LAMP + np.array(seen)) / self.before)
        across, along = self.x - right * self.relief, self.y - down * self.relief
        turned = cv2.remap(lit, across, along, cv2.INTER_LINEAR)
        matrix = cv2.getRotationMatrix2D(self.centre, -float(degrees[2]), 1.0)
        matrix[:, 2] += pixels
        straight = cv2.warpAffine(turned, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(straight, np.float32)


def stills() -> list[Image]:
    """Grace Hopper, Eileen Collins, and drawn faces of six colours of skin."""
    from matplotlib import cbook
    from PIL import Image as Pillow
    from skimage import data

    with cbook.get_sample_data("grace_hopper.jpg") as file:
        grace = np.asarray(Pillow.open(file).convert("RGB"))
    photographs = [cv2.resize(grace[20:404, 64:448], (SIDE, SIDE), interpolation=cv2.INTER_AREA)]
    photographs.append(np.ascontiguousarray(data.astronaut()[0:SIDE, 96 : 96 + SIDE]))
    bright = Light(direct=0.7, ambient=0.8)
    return photographs + [render(person(seed), size=SIDE, fill=0.78, light=bright).image for seed in DRAWN]
