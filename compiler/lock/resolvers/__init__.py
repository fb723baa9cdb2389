"""Who knows what a branch, a tag or an image means today. A module a system, found by looking in here."""
