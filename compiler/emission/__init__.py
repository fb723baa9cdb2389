"""Emission: manifests become text, and text becomes the output tree, all of it or nothing."""
