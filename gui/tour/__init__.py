"""The tour: the app itself, driven without a person; a workspace a file."""
