"""What Python itself would be too slow for, compiled by numba. Importing it takes half a second."""
