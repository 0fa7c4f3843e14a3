"""`python -m tests.figures [NUMBER …] [--scale 0.01]`: measure on both databases; exit 1 when one fails."""

import argparse
import sys
from collections.abc import Callable

from tests.figures import access, booking, calendars, debriefs, outbound, publishing, visits
from tests.journeys import access as journeys

FIGURES: dict[int, tuple[str, Callable[[float], bool]]] = {
    **{number: (figure.title, figure) for number, figure in journeys.FIGURES.items()},
    **{number: (figure.title, figure) for number, figure in access.FIGURES.items()},
    **{number: (figure.title, figure) for number, figure in visits.FIGURES.items()},
    **{number: (figure.title, figure) for number, figure in booking.FIGURES.items()},
    **{number: (figure.title, figure) for number, figure in publishing.FIGURES.items()},
    13: ("hostile calendars through the importer", calendars.measure),
    28: ("addresses that lead the outbound client inside", outbound.measure),
    32: ("figures around each new debrief", debriefs.unchanged_until_release),
    33: ("answers relinked to their authors", debriefs.relinking),
}
"""Number → title, and a function that takes the scale, prints its numbers, and says whether they hold."""


def main() -> int:
    """Measure the figures asked for, by default all of them."""
    parser = argparse.ArgumentParser(prog="tests.figures", description="Measure the reliability figures.")
    parser.add_argument("number", nargs="*", type=int, metavar="NUMBER", help=f"of {sorted(FIGURES)}")
    parser.add_argument("--scale", type=float, default=1.0, help="1: full numbers; 0.01: a hundredth")
    asked = parser.parse_args()
    if unknown := set(asked.number) - FIGURES.keys():
        parser.error(f"no figure {sorted(unknown)}; there are {sorted(FIGURES)}")
    failed = []
    for number in asked.number or sorted(FIGURES):
        title, measure = FIGURES[number]
        print(f"Figure {number}, {title}", flush=True)
        held = measure(asked.scale)
        print("  reached" if held else "  NOT REACHED", flush=True)
        failed += [] if held else [number]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
