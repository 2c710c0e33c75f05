"""The prover: a goal about real variables is closed at once, or reduced by a rule to others."""
