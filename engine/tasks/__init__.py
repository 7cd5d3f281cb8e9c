"""Tasks: what a network answers, as a value."""
