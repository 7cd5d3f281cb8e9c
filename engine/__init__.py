"""The headless engine: sources, networks, capture, tasks and export. It imports no Qt."""
