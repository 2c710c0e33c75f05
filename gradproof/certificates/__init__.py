"""Certificates: what was found, in a form that a program which shares no code with the prover re-checks."""
