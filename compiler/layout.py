"""Names of a repo's own files. Imports nothing, so that every command may know them."""

from __future__ import annotations

SETTINGS = ".hydra.yaml"
"""The file that makes a directory a repo's root."""

CLUSTERS = "clusters"
"""The directory below the root whose YAML files are clusters."""

OUTPUT = "rendered"
"""Where the tree is written, where settings do not say."""

LIST_NAME = "hydra.list"
"""The list file's name in the output directory. Neither .yaml nor .json: Argo CD and Flux read those as manifests."""

LOCK = "hydra.lock"
"""The file of what a compile may not choose anew: which runs services serve. It is committed, as the specs are."""
