"""From what dialects read to entries as people write them: the way back of `compiler.linking.sections`."""
