"""The rules that reduce one goal to others. Each is sound: proofs of the premises give the conclusion.

A rule returns the premises that it needs (all of them), or None where it does not apply. Nothing here decides a
goal; that is done by the sign of a structure, an enclosure or an expansion.
"""

from __future__ import annotations

from numerics.proof.rules._cases import kink as kink
from numerics.proof.rules._cases import ordering as ordering
from numerics.proof.rules._cases import split_kinks as split_kinks
from numerics.proof.rules._constraints import affine as affine
from numerics.proof.rules._constraints import contrapositive as contrapositive
from numerics.proof.rules._constraints import monotone_to_constraint as monotone_to_constraint
from numerics.proof.rules._constraints import project as project
from numerics.proof.rules._constraints import tightened as tightened
from numerics.proof.rules._extrema import combination as combination
from numerics.proof.rules._extrema import minimum_in_one as minimum_in_one
from numerics.proof.rules._extrema import monotone as monotone
from numerics.proof.rules._extrema import multiplier as multiplier
from numerics.proof.rules._factors import clear_denominator as clear_denominator
from numerics.proof.rules._factors import discriminant as discriminant
from numerics.proof.rules._factors import drop_positive_factors as drop_positive_factors
from numerics.proof.rules._step import Rule as Rule
from numerics.proof.rules._step import Step as Step
from numerics.proof.rules._step import defined as defined
from numerics.proof.rules._substitutions import eliminate_constraint as eliminate_constraint
from numerics.proof.rules._substitutions import exponential_substitution as exponential_substitution
from numerics.proof.rules._substitutions import exponentiate as exponentiate
from numerics.proof.rules._substitutions import generalise as generalise
from numerics.proof.rules._substitutions import logarithmic as logarithmic
from numerics.proof.rules._substitutions import root_substitution as root_substitution
from numerics.proof.rules._symmetry import even_symmetry as even_symmetry
from numerics.proof.rules._symmetry import homogeneous as homogeneous
from numerics.proof.rules._symmetry import period as period
from numerics.proof.rules._symmetry import widened as widened

REDUCTIONS: tuple[Rule, ...] = (
    exponentiate,
    period,
    even_symmetry,
    drop_positive_factors,
    affine,
    clear_denominator,
    root_substitution,
    exponential_substitution,
    ordering,
    monotone_to_constraint,
    multiplier,
    eliminate_constraint,
    discriminant,
    widened,
    homogeneous,
    monotone,
    project,
    contrapositive,
    minimum_in_one,
)
"""The rules in the order in which they are tried."""
