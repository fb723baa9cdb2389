"""Facts against the classes of Transformers."""
