"""Export: maps, figures, recordings."""
