"""Light corrections of a segmentation: pure functions of instances, and a history to go back in."""
