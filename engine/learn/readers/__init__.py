"""Read masks in what people have: one file a format, and one registry."""

from engine.learn.readers.registry import names, read, register_reader

__all__ = ["names", "read", "register_reader"]
