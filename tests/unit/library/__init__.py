"""The library: entries, overlay, templates."""
