"""What the sections of a project become: one module each, with `expand(scope) -> Staged[list[Artifact]]`."""
