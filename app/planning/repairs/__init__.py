"""Repairs: after something fell, a few ways to go on, computed, chosen by HR, asked of people."""
