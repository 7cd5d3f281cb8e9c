"""The Train workspace: a set of photos and masks, a training that is watched, and what skips do."""
