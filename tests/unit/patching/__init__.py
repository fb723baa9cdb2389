"""Patches of projects."""
