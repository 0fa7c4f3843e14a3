"""The reliability figures: each states its attack, does it, and says what happened."""
