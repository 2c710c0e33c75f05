"""Suprema and infima with certified digits, and how tight an inequality is."""
