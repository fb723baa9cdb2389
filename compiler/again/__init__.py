"""Compiling again after an edit: what it can reach is compiled, the rest is taken over from the last run's tree."""
