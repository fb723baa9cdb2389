"""Specs with mistakes, and what Hydra has to say about each."""
