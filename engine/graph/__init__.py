"""The graph of a network: tracer, what is visible, layout, drawing, cost."""
