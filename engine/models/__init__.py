"""Networks: the registry, their weights, and one file a family."""
