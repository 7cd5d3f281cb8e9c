"""Train a segmentation network on a frozen backbone."""
