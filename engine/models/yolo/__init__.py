"""Our own YOLO networks for instance segmentation, and the reader of their published weights."""
