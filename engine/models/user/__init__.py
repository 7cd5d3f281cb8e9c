"""Networks from the person's own files: inspected without trust, and opened where that is safe."""
