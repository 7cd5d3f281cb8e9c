"""The network's graph on the screen: drawn, browsed, searched, alive."""
