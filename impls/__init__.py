"""Implementations, each in a room of its own; they register through the same hooks as anyone's."""
