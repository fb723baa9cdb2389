"""Engines of services: what takes replicas to a cluster and scales them. A module each."""
