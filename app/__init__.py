"""Vis ma vie: a self-hosted service for job-shadowing campaigns."""

__version__ = "0.1.0"
