"""Sections of a Project, one module each."""
