"""From rows to a plan and back: runs, review, pins, publication. The only caller of the solver."""
