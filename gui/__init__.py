"""The window: it draws what the engine says and imports no torch."""
