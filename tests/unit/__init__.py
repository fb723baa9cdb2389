"""Tests by stage."""
