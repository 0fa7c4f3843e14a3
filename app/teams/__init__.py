"""What a team decides about its days: rosters, closed and good days, delegates, its charter."""
