"""Trains what is compiled: the rendered bytes run as they are, with only Kubernetes and the operator simulated."""
