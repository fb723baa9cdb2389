"""What a change of an object does, a file a group of kinds."""
