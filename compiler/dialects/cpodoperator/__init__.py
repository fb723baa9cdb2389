"""cpodoperator's documents, one module a kind. What the operator does, and where this differs: `docs/dialects/cpod.md`."""
