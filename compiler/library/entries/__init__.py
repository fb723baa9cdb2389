"""The kinds of entries, one module each: `ENTRY` is its model. The registry is `compiler.library.kinds`."""
