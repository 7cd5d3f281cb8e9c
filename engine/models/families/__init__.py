"""One file for each family of networks; a file put here is found by the registry."""
