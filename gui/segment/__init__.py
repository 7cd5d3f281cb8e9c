"""The Segment workspace: its actions, what is remembered of it, and what its panels share."""
