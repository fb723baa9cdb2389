"""The formats of the change view."""
