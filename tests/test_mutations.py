"""Every proved claim is perturbed, one constant, relation or exponent at a time; no false mutant may be proved.

A mutant is taken for false only where a point refutes it, found and confirmed apart from the proof: then the proof
must not have gone through. Where neither happens, the mutant may be true, or is left open.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.proof.real_statement import RealStatement
from numerics.settling import settle
from numerics.verdict import Outcome
from theory.claim import Claim
from theory.ledger import CLAIMS
from theory.parsing import parse_claim
from theory.statement import Relation

TRUE = [
    ("u*(1 - tanh(u)**2) <= 0.4478", "u >= 0"),
    ("tanh(t) <= t", "t >= 0"),
    ("x - x**3/3 <= atan(x)", "x >= 0"),
    ("sin(x) >= 2*x/pi", "0 <= x <= pi/2"),
    ("exp(x) >= 1 + x + x**2/2 + x**3/6", ""),
    ("x*log(x) >= -exp(-1)", "x > 0"),
    ("log(x)**2 <= (x - 1)**2/x", "x > 0"),
    ("sqrt(x*y) <= (x + y)/2", "x >= 0, y >= 0"),
    ("x*y <= 1/4", "x >= 0, y >= 0, x + y <= 1"),
    ("tanh(x)*tanh(y) <= x*y", "x >= 0, y >= 0"),
    ("x*y <= exp(x) + y*log(y) - y", "y > 0"),
    ("erf(x) <= 2*x/sqrt(pi)", "x >= 0"),
]
_FACTORS = [1 + sign * sp.Rational(1, 10**n) for n in (2, 4, 7) for sign in (1, -1)]


def _numbers(expression: sp.Expr) -> list[sp.Expr]:
    found: list[Any] = [node for node in sp.preorder_traversal(expression) if node.is_Rational and node not in (0, -1)]
    return list(dict.fromkeys(found))


def _mutants(claim: Claim) -> Iterator[Claim]:
    """Claims that differ in one number of one side, or in the relation."""
    for place, part in enumerate(claim.conclusion):
        if not isinstance(part, Relation):
            continue
        changed = []
        for side in ("lhs", "rhs"):
            expression = getattr(part, side)
            for number in _numbers(expression):
                for factor in _FACTORS:
                    # A dummy first: 2 → 2.02 must not change the 2 that the new number is made of.
                    mark = sp.Dummy(real=True)
                    changed.append(replace(part, **{side: expression.subs(number, mark).subs(mark, number * factor)}))
            changed += [replace(part, **{side: expression * factor}) for factor in _FACTORS]
        changed += [replace(part, op=op) for op in ("<", ">", ">=", "==") if op != part.op]
        for mutant in changed:
            yield replace(claim, conclusion=(*claim.conclusion[:place], mutant, *claim.conclusion[place + 1 :]))


def _statement(claim: Claim) -> RealStatement:
    relations = [part for part in claim.conclusion if isinstance(part, Relation)]
    hypotheses = [part for part in claim.hypotheses if isinstance(part, Relation)]
    return RealStatement(hypotheses, relations, claim.variables)


def _refuted_apart(claim: Claim) -> bool:
    """Whether a point refutes the mutant, by the falsifier alone."""
    falsifier, deadline = _statement(claim).falsifier(), Deadline.after(0.6)
    return (falsifier.quick(60, deadline) or falsifier.downhill(20, deadline)) is not None


def _proved_apart(claim: Claim, seconds: float) -> bool:
    """Whether the prover proves the mutant, not having looked for a counterexample."""
    return _statement(claim).prove(Deadline.after(seconds)).proofs is not None


def _check(claim: Claim, seconds: float, every: int) -> tuple[int, int]:
    false = proved = 0
    for mutant in list(_mutants(claim))[::every]:
        if not _refuted_apart(mutant):
            continue
        false += 1
        if _proved_apart(mutant, seconds):
            proved += 1
    assert not proved, f"{proved} of {false} false mutants of {claim} were proved"
    return false, proved


@pytest.mark.parametrize(("statement", "where"), TRUE[:2])
def test_a_false_mutant_is_not_proved(statement, where):
    claim = parse_claim(statement, [where] if where else [])
    false, _ = _check(claim, 0.4, every=7)
    assert false > 0


@pytest.mark.slow
@pytest.mark.parametrize(("statement", "where"), TRUE)
def test_no_false_mutant_is_proved(statement, where):
    claim = parse_claim(statement, [where] if where else [])
    assert settle(claim, 20).outcome is Outcome.PROVED
    false, _ = _check(claim, 0.8, every=5)
    assert false > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "id",
    [
        id
        for id, claim in CLAIMS.items()
        if claim.depth is None and claim.hypotheses == () and all(isinstance(p, Relation) for p in claim.conclusion)
        if not any(p.lhs.atoms(sp.Limit, sp.Derivative, sp.Subs) for p in claim.conclusion)  # pyright: ignore
    ],
)
def test_no_false_mutant_of_a_claim_of_the_ledger_is_proved(id):
    claim = CLAIMS[id]
    variables = tuple(sorted(claim.free_symbols, key=str))
    _check(replace(claim, variables=variables), 0.8, every=4)  # pyright: ignore[reportArgumentType]
