"""Times for the time slots of an EAF that have none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def resolved(
    order: Sequence[str], known: Mapping[str, float], intervals: Iterable[tuple[str, str]]
) -> dict[str, float]:
    """A time for each slot, in the unit of those that are known.

    order: all slots in the order of the file, which is that of time. intervals: first and last slot of each annotation.
    An unaligned slot stands between annotations that share it, as words of a phrase do: they divide the time from
    the last slot before them that has a time to the first one after them equally, as ELAN shows them. What no chain
    of annotations reaches is spread between its neighbours in the file. With no time after it, a slot has the last one.
    """
    times = dict(known)
    pairs = list(intervals)
    following = {first: last for first, last in pairs if first not in known}
    for first, last in pairs:
        if first in known and last not in known:
            chain = [first, last]
            while chain[-1] in following and len(chain) <= len(following) + 2:  # more would be a circle
                chain.append(following[chain[-1]])
            if chain[-1] in known:
                _spread(chain, times)
    waiting: list[str] = []
    before: str | None = None
    for slot in order:
        if slot not in times:
            waiting.append(slot)
            continue
        if waiting:
            _spread([before or slot, *waiting, slot], times)
        before, waiting = slot, []
    for slot in waiting:
        times[slot] = times[before] if before else 0.0
    return times


def _spread(chain: Sequence[str], times: dict[str, float]) -> None:
    """Evenly between the first and the last of the chain, which have times."""
    first, last = times[chain[0]], times[chain[-1]]
    for place, slot in enumerate(chain[1:-1], 1):
        times[slot] = first + (last - first) * place / (len(chain) - 1)
