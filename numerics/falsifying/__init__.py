"""Counterexamples: points drawn within the hypotheses, walked downhill, confirmed by enclosures."""
