"""Sections of a Cluster's spec, one module each."""
