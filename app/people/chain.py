"""The map of who serves whom: back-office teams on the left, front-office teams on the right, a curve for
each link."""

from dataclasses import dataclass

STEP = 26
WIDTH = 760
LEFT, RIGHT = 270, 490
"""Where the curves begin and end; the names stand outside."""
LONGEST = 36


@dataclass(frozen=True)
class Stop:
    """A team on the map."""

    label: str
    y: int


@dataclass(frozen=True)
class Chain:
    """What the template draws."""

    width: int
    height: int
    left: int
    right: int
    back: list[Stop]
    front: list[Stop]
    curves: list[str]


def draw_chain(links: list[tuple[int, int]], labels: dict[int, str]) -> Chain:
    """Lay out (back team, front team) links. Front teams follow the mean height of who serves them: fewer
    crossings."""
    backs = sorted({back for back, _front in links}, key=lambda id_: labels[id_])
    back_at = {id_: index for index, id_ in enumerate(backs)}
    served_by: dict[int, list[int]] = {}
    for back, front in links:
        served_by.setdefault(front, []).append(back_at[back])
    fronts = sorted(served_by, key=lambda id_: (sum(served_by[id_]) / len(served_by[id_]), labels[id_]))
    rows = max(len(backs), len(fronts))
    back_y = {id_: _height(index, len(backs), rows) for index, id_ in enumerate(backs)}
    front_y = {id_: _height(index, len(fronts), rows) for index, id_ in enumerate(fronts)}
    middle = (LEFT + RIGHT) // 2
    return Chain(
        width=WIDTH,
        height=rows * STEP + STEP,
        left=LEFT,
        right=RIGHT,
        back=[Stop(_short(labels[id_]), back_y[id_]) for id_ in backs],
        front=[Stop(_short(labels[id_]), front_y[id_]) for id_ in fronts],
        curves=[
            f"M{LEFT} {start}C{middle} {start} {middle} {end} {RIGHT} {end}"
            for start, end in ((back_y[back], front_y[front]) for back, front in links)
        ],
    )


def _height(index: int, count: int, rows: int) -> int:
    """The shorter column spreads over the height of the longer."""
    return round((index + 0.5) * rows * STEP / count + STEP / 2)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…"
