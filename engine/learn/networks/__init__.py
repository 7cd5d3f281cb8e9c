"""Networks that name every pixel: a classifier's encoder, and one decoder a file."""
