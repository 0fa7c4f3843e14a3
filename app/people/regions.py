"""Where the local law of Alsace-Moselle holds: a first guess from coordinates, which HR can correct."""

from app.people.tables import Holidays

_BORDER = (
    (49.48, 5.97), (49.50, 6.12), (49.47, 6.37), (49.42, 6.55), (49.20, 6.75), (49.22, 6.93), (49.14, 7.04),
    (49.12, 7.30), (49.19, 7.45), (49.06, 7.65), (49.06, 7.95), (48.97, 8.24), (48.76, 8.03), (48.60, 7.82),
    (48.50, 7.82), (48.33, 7.76), (48.12, 7.60), (47.98, 7.62), (47.80, 7.54), (47.58, 7.62), (47.42, 7.45),
    (47.44, 7.20), (47.49, 7.00), (47.60, 7.00), (47.70, 7.00), (47.80, 6.84), (47.95, 6.90), (48.06, 7.02),
    (48.20, 7.10), (48.33, 7.06), (48.48, 7.09), (48.53, 7.05), (48.62, 6.93), (48.68, 6.78), (48.75, 6.45),
    (48.86, 6.30), (48.96, 6.06), (49.05, 5.92), (49.14, 5.97), (49.26, 6.03), (49.43, 6.00),
)  # fmt: skip
"""Corners (latitude, longitude) of Moselle, Bas-Rhin and Haut-Rhin together, drawn by hand within a few
kilometres."""


def holidays_at(latitude: float | None, longitude: float | None) -> Holidays:
    """The public holidays of a place in France; without coordinates, those of the country."""
    if latitude is None or longitude is None or not _within(latitude, longitude):
        return Holidays.FRANCE
    return Holidays.ALSACE_MOSELLE


def _within(latitude: float, longitude: float) -> bool:
    """Whether a ray going east crosses the border an odd number of times."""
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in zip(_BORDER, _BORDER[1:] + _BORDER[:1], strict=True):
        if (lat_a > latitude) != (lat_b > latitude):
            crossing = lon_a + (latitude - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
            inside ^= crossing > longitude
    return inside
