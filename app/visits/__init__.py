"""Visits and swaps: what was decided for whom, on which day."""
