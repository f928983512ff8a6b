"""How accurate recognition is on one's own photographs, with the evidence."""
