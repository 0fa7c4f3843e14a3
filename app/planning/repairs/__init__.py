"""Repairs: after something fell, two or three ways to go on, computed, chosen by HR, asked of people."""
