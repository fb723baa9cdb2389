"""Names become what they name: specs are linked into a program, one for each cluster."""
