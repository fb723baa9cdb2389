"""What KServe refuses, ignores or changes in documents that the API server takes."""
