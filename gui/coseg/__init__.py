"""The Co-segment workspace: a set of pictures, and what they have in common."""
