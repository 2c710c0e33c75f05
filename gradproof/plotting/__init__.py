"""Pictures of what was computed before: `drawing` finds out what there is, `selection` reads what is drawn of a sweep,
`maps` and `lines` draw it, and `propagations` takes up what `gradproof propagate` wrote.
"""
