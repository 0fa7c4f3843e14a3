"""Import of rosters: bytes → rows of text (as for people) → columns → people, days, hours → what changes."""
