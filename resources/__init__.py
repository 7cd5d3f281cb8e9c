"""Data for the engine and the window: icons, style sheet, label lists."""
