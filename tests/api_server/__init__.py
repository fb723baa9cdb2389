"""An API server for tests: it speaks the protocol over HTTP, and refuses what Kubernetes refuses.

It validates with JSON Schemas (strictly, as `fieldValidation=Strict` does), freezes what cannot be changed, knows who owns a
field, sets defaults, and lists in pages. What it does not do: run anything.
"""
