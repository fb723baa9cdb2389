"""`library/clusters/`: what a cluster is taken to be where the repo describes none."""

from __future__ import annotations

from compiler.spec.kinds import cluster_model

NAME = ("metadata", "name")
"""The way to the entry's name: these are documents of the language."""

ENTRY = cluster_model()
