"""Co-segmentation: pictures go in, the object that they have in common comes out as masks."""
