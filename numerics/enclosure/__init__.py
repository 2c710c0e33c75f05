"""Enclosures: intervals, derivatives and series over a box, and the programs that are run over them."""
