"""Scripts for those who work on Hydra."""
