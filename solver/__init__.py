"""Matches people for *Vis ma vie*: proven, fast, explained. A library of its own; it never prints."""

from solver.explaining import Alternative, Comparison, Merit, alternatives, compare, merit
from solver.fields import ProblemError
from solver.forecast import Bottleneck, Forecast, Forecasts, forecast
from solver.limits import Limits, Progress
from solver.plan import Plan
from solver.problem import Problem, Visit, load
from solver.remedies import remedy, with_remedies
from solver.solving import solve

__all__ = [
    "Alternative",
    "Bottleneck",
    "Comparison",
    "Forecast",
    "Forecasts",
    "Limits",
    "Merit",
    "Plan",
    "Problem",
    "ProblemError",
    "Progress",
    "Visit",
    "alternatives",
    "compare",
    "forecast",
    "load",
    "merit",
    "remedy",
    "solve",
    "with_remedies",
]
