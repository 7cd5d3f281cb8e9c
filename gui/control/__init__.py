"""What joins actions, panels and the engine: one file for each concern of the window."""
