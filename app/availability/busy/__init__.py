"""The days on which somebody's own calendar is taken, from a file or an address; nothing else is kept."""
