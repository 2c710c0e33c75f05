"""The explorer: `app` is the page (controls and views only), the other modules are what its views show.

Nothing here computes mathematics of its own: formulas and claims come from theory/, numbers from numerics/.
"""
