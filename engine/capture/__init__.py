"""Capture: hooks on the watched layers, and their maps as one picture."""
