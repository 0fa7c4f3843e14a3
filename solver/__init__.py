"""Matches people for *Vis ma vie*: proven, fast, explained. A library of its own; it never prints."""

from solver.fields import ProblemError
from solver.limits import Limits, Progress
from solver.plan import Plan
from solver.problem import Problem, Visit, load
from solver.solving import solve

__all__ = ["Limits", "Plan", "Problem", "ProblemError", "Progress", "Visit", "load", "solve"]
