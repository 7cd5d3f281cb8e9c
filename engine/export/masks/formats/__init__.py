"""One file a format, found by being here."""
