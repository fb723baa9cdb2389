"""The language: pydantic models, one module a kind or section, and their validation."""
