"""Patches of projects: kustomize over rendered objects, before their digests are computed."""
