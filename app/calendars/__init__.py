"""Invitations and private feeds."""
