"""Import of the company's files: bytes → rows of text (reading) → known columns (columns) → checked values
(values)
→ what would change (one file per kind) → the change itself. The browser, the command line and the API
share it all.
"""
