"""The exact set of a parameter for which a statement holds."""
