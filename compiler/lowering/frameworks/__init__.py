"""Frameworks: one module an operator, found by its name. Each says how a workload is written for that operator."""
