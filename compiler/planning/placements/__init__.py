"""Where an artifact's data ends up: one module a placement, with `PLACEMENT` and `place`."""
