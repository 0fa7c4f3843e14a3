"""What each person sees first, and the navigation around every page."""
