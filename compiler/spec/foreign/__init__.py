"""Models of foreign documents, one module a system."""
