"""Enrolment: who takes part, on which days, with which wishes and limits."""
