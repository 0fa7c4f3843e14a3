"""One machine for the daily life of visits: booked, planned, changed, repaired; see `machine.py`."""
