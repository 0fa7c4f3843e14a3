"""What is printed: posters, code cards, information sheet."""
