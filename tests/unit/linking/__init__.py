"""Linking: names to what they mean."""
