"""Many pictures through one network: found, segmented, written, and gone on with after a stop."""
