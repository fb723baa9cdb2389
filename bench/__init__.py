"""Measures Hydra and its peers: see README.md."""
