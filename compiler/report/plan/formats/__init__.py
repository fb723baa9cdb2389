"""The formats of plans. Each module here is one: its name is the name of the format."""
