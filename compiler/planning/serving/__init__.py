"""Decisions about serving: memory, parallelism, context length. Pure functions from values to values."""
