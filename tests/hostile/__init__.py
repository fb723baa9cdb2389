"""Specs that try to do harm."""
