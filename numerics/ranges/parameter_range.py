"""The exact set of a parameter for which a statement holds, whatever values the other variables take.

Without other variables it is where the slack is ≥ 0. With them the statement is solved for the parameter t first:
p(x) + q(t) ≥ 0 for all x says q(t) ≥ −inf p, and a(x) + t·b(x) ≥ 0 for all x says sup_{b>0} −a/b ≤ t ≤ inf_{b<0} −a/b,
where an extremum that is not attained leaves its value to t. A monotone function around t is undone before. What
cannot be solved so is left to `numerics.ranges.bracketing`: proved on one side of each end, refuted on the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError
from numerics.enclosure.program import UnsupportedError
from numerics.extrema.extremum import Extremum, extremum
from numerics.proof.domain import EmptyDomainError, domains
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Domain, Goal
from numerics.proof.goal import Range as Bounds
from numerics.proof.prover import Prover
from numerics.proof.real_statement import RealStatement
from numerics.proof.roots import where_nonnegative
from numerics.ranges.line import End, Line, Piece, UndecidedLineError, exact_end, intersection, of_range, union, written
from numerics.verdict import Range
from theory.errors import StatementError, VacuousError
from theory.statement import Relation

_FAILURES = (UndecidedLineError, UnsupportedError, EmptyDomainError, ZeroDivisionError, NotImplementedError, ValueError)
EVERYTHING = (of_range(Bounds()),)
# F ↦ (F⁻¹, infimum, supremum): F increases, is defined on all of ℝ or where the statement is, and attains neither.
_INVERSES: dict[Any, tuple[Any, Any, Any]] = {
    sp.exp: (sp.log, sp.S.Zero, sp.S.Infinity),
    sp.tanh: (sp.atanh, sp.S.NegativeOne, sp.S.One),
    sp.log: (sp.exp, sp.S.NegativeInfinity, sp.S.Infinity),
    sp.sinh: (sp.asinh, sp.S.NegativeInfinity, sp.S.Infinity),
    sp.asinh: (sp.sinh, sp.S.NegativeInfinity, sp.S.Infinity),
    sp.atan: (sp.tan, -sp.pi / 2, sp.pi / 2),
}


@dataclass(frozen=True)
class Question:
    """For which t does the relation hold for every x that satisfies `given` (relations without t)?"""

    relation: Relation
    given: tuple[Relation, ...]
    t: sp.Symbol
    bounds: Bounds
    digits: int

    @property
    def others(self) -> list[sp.Symbol]:
        symbols = set(self.relation.free_symbols).union(*(h.free_symbols for h in self.given)) - {self.t}
        return sorted(symbols, key=str)  # pyright: ignore[reportReturnType]


def parameter_range(
    hypotheses: Sequence[Relation],
    conclusion: Sequence[Relation],
    variables: Sequence[sp.Symbol],
    parameter: sp.Symbol,
    digits: int = 15,
    deadline: Deadline | None = None,
    conditions: Sequence[Relation] = (),
) -> Range | None:
    """{t admitted by the hypotheses on t alone : the conclusion holds for all other values}, or None where not found.

    Where the other hypotheses leave nothing for some t, the statement holds there. Each finite end is bracketed by
    decimals at most 10^(−digits) apart. `conditions` is what must hold besides for the statement to be defined.

    Raises StatementError for a parameter that is not among the variables, VacuousError and UndefinedError as `settle`.
    """
    if parameter not in variables:
        known = ", ".join(map(str, variables)) or "none"
        raise StatementError(f"the parameter {parameter} does not occur in the statement: its variables are {known}")
    deadline = deadline or Deadline.after(60.0)
    statement = RealStatement(hypotheses, conclusion, variables, conditions)
    try:
        statement.refuse_vacuous(deadline.share(0.2))
        if statement.undefined(deadline.share(0.3)).proofs is None:
            return None
        whole = admitted(hypotheses, parameter, digits, deadline)
        found = holds_on(hypotheses, conclusion, parameter, whole, digits, deadline)
    except StatementError:
        raise
    except (OutOfTimeError, *_FAILURES):
        return None
    return as_range(str(parameter), found, whole, digits)


def as_range(name: str, found: Line, admitted: Line, digits: int) -> Range:
    """The set in words, with the bracket of each end that is not an end of what is admitted."""
    if not found:
        return Range(name, "empty")
    if found == admitted:
        return Range(name, "all")
    outer = {end for piece in admitted for end in (piece.left, piece.right)}
    ends = dict.fromkeys(end for piece in found for end in (piece.left, piece.right) if not end.infinite)
    inner = [end for end in ends if end not in outer] or list(ends)
    brackets = tuple(end.bracket(digits) for end in inner)
    return Range(name, written(found, digits), brackets[0] if len(brackets) == 1 else None, brackets)


def admitted(hypotheses: Sequence[Relation], t: sp.Symbol, digits: int, deadline: Deadline) -> Line:
    """The values of t that the hypotheses on t alone admit."""
    own = [h for h in hypotheses if h.free_symbols == {t}]
    pieces: list[Piece] = []
    for domain in domains(own, [t]):
        line: Line = (of_range(domain.ranges[t]),)
        for g, strict in domain.constraints:
            line = intersection(line, where_nonnegative(g, strict, t, domain.ranges[t], digits, deadline))
        pieces += line
    return union(pieces)


def holds_on(
    hypotheses: Sequence[Relation],
    conclusion: Sequence[Relation],
    t: sp.Symbol,
    admitted: Line,
    digits: int,
    deadline: Deadline,
) -> Line:
    held: list[Piece] = []
    for piece in admitted:
        bounds = _bounds(piece)
        line: Line = (piece,)
        for relation in conclusion:
            for part in _inequalities(relation):
                if line:
                    line = intersection(line, _solved(hypotheses, part, t, bounds, digits, deadline))
        held += line
    return union(held)


def _bounds(piece: Piece) -> Bounds:
    """The piece with rational ends a little outside, where an end has no closed form: the piece is met afterwards."""
    left, right = piece.left.exact, piece.right.exact
    if left is None or left.has(sp.CRootOf):
        left = sp.Rational(piece.left.lo.numerator, piece.left.lo.denominator)  # pyright: ignore
    if right is None or right.has(sp.CRootOf):
        right = sp.Rational(piece.right.hi.numerator, piece.right.hi.denominator)  # pyright: ignore
    return Bounds(left, right, not piece.left_closed, not piece.right_closed)


def _inequalities(relation: Relation) -> list[Relation]:
    if relation.op == "==":
        return [Relation(relation.lhs, "<=", relation.rhs), Relation(relation.lhs, ">=", relation.rhs)]
    if relation.op == "!=":
        raise UndecidedLineError("≠ has no slack that changes its sign")
    return [relation]


def _solved(
    hypotheses: Sequence[Relation], relation: Relation, t: sp.Symbol, bounds: Bounds, digits: int, deadline: Deadline
) -> Line:
    mixed = [h for h in hypotheses if t in h.free_symbols and h.free_symbols != {t}]
    given = tuple(h for h in hypotheses if t not in h.free_symbols)
    if mixed or not relation.free_symbols - {t}:
        if relation.free_symbols <= {t} and not mixed:
            _refuse_empty(given, deadline)
            return where_nonnegative(relation.slack, relation.strict, t, bounds, digits, deadline)
        return _bracketed(hypotheses, relation, t, bounds, digits, deadline)
    question = Question(relation, given, t, bounds, digits)
    try:
        found = solve(question, deadline.share(0.6))
    except (OutOfTimeError, *_FAILURES):
        found = None
    return found if found is not None else _bracketed(hypotheses, relation, t, bounds, digits, deadline)


def _refuse_empty(given: Sequence[Relation], deadline: Deadline) -> None:
    if given:
        variables = sorted(set().union(*(h.free_symbols for h in given)), key=str)
        RealStatement(given, (), variables).refuse_vacuous(deadline.share(0.2))  # pyright: ignore


def _bracketed(hypotheses, relation: Relation, t: sp.Symbol, bounds: Bounds, digits: int, deadline: Deadline) -> Line:
    from numerics.ranges.bracketing import bracketed

    return bracketed(hypotheses, relation, t, bounds, digits, deadline)


def solve(question: Question, deadline: Deadline, depth: int = 0) -> Line | None:
    """The set, where the relation can be solved for t; None where it cannot."""
    deadline.check()
    slack, t = question.relation.slack, question.t
    if not slack.has(t):
        return EVERYTHING if _proved(question.given, question.relation, deadline) else None
    if not question.others:
        return where_nonnegative(slack, question.relation.strict, t, question.bounds, question.digits, deadline)
    for form in dict.fromkeys((slack, sp.expand(slack))):
        found = separated(question, form, deadline)
        if found is not None:
            return found
        found = linear(question, form, deadline)
        if found is not None:
            return found
    return unwrapped(question, deadline, depth) if depth < 3 else None


def _proved(given: Sequence[Relation], relation: Relation, deadline: Deadline) -> bool:
    variables = sorted(set(relation.free_symbols).union(*(h.free_symbols for h in given)), key=str)
    try:
        parts = domains(given, variables)  # pyright: ignore[reportArgumentType]
    except EmptyDomainError:
        return True
    return all(
        Prover(deadline.share(0.5, 5.0)).prove(Goal(relation.slack, relation.strict, part)) is not None
        for part in parts
    )


def separated(question: Question, form: sp.Expr, deadline: Deadline) -> Line | None:
    """p(x) + q(t) ≥ 0 for all x: where q(t) ≥ −inf p."""
    q: Any = sp.S.Zero
    p: Any = sp.S.Zero
    for term in sp.Add.make_args(form):
        if not term.has(question.t):
            p += term
        elif term.free_symbols == {question.t}:
            q += term
        else:
            return None
    least = extremum(p, question.given, question.others, question.digits + 10, deadline.share(0.7), largest=False)
    if not least.certain:
        return None
    if least.exact is sp.S.NegativeInfinity:
        return ()
    if question.relation.strict and least.attained is None:
        return None
    strict = question.relation.strict and bool(least.attained)
    if least.exact is not None:
        return where_nonnegative(q + least.exact, strict, question.t, question.bounds, question.digits, deadline)
    # The set grows with inf p: the true one lies between those for the two ends of its enclosure.
    assert least.lo is not None
    assert least.hi is not None
    inner, outer = (
        where_nonnegative(
            q + sp.Rational(c.numerator, c.denominator),
            strict,
            question.t,
            question.bounds,
            question.digits + 8,
            deadline,
        )
        for c in (least.lo, least.hi)
    )
    return _between(inner, outer)


def _between(inner: Line, outer: Line) -> Line:
    """The set that lies between two sets of the same form; its ends are enclosed by theirs."""
    if len(inner) != len(outer):
        raise UndecidedLineError("the set touches where its constant is not known exactly")
    return tuple(
        Piece(_hull(p.left, q.left), _hull(p.right, q.right), q.left_closed, q.right_closed)
        for p, q in zip(inner, outer, strict=True)
    )


def _hull(a: End, b: End) -> End:
    if a == b:
        return a
    if a.lo is None or b.lo is None or a.hi is None or b.hi is None:
        raise UndecidedLineError("ends of two kinds")
    return End(min(a.lo, b.lo), max(a.hi, b.hi))


def linear(question: Question, form: sp.Expr, deadline: Deadline) -> Line | None:
    """a(x) + t·b(x) ≥ 0 for all x: a bound on t from below for b > 0, from above for b < 0, none for b = 0."""
    t = question.t
    b: Any = sp.diff(form, t)
    if b.has(t):
        return None
    a: Any = form.subs(t, 0)
    if not _holds_where_zero(question, a, b, deadline):
        return None
    line = EVERYTHING
    for sign in (1, -1):
        for extra in _where_positive(question, sign * b, deadline):
            bound = _extremum(sp.cancel(-a / b) if a.is_polynomial() else -a / b, extra, question, deadline, sign > 0)
            if bound is None:
                continue
            if not bound.certain:
                return None
            if bound.exact is (sp.S.Infinity if sign > 0 else sp.S.NegativeInfinity):
                return ()
            line = intersection(line, (_half_line(bound, question.relation.strict, sign),))
    return line


def _extremum(f: sp.Expr, given, question: Question, deadline: Deadline, largest: bool) -> Extremum | None:
    """The extremum that bounds t; None where no x is admitted."""
    try:
        return extremum(f, given, question.others, question.digits + 8, deadline.share(0.5), largest)
    except VacuousError:
        return None


def _half_line(bound: Extremum, strict: bool, sign: int) -> Piece:
    if strict and bound.attained is None:
        raise UndecidedLineError("whether the bound is attained is not known")
    closed = not (strict and bound.attained)
    end = exact_end(bound.exact) if bound.exact is not None else End(bound.lo, bound.hi)
    left, right = exact_end(sp.S.NegativeInfinity), exact_end(sp.S.Infinity)
    return Piece(end, right, closed, False) if sign > 0 else Piece(left, end, False, closed)


def _where_positive(question: Question, b: sp.Expr, deadline: Deadline) -> Iterator[tuple[Relation, ...]]:
    """The hypotheses together with b > 0; for one variable as bounds on it, so that its ends are ends."""
    if not b.free_symbols:
        if constant_sign(b) == 1:
            yield question.given
        return
    others = question.others
    if len(others) > 1:
        yield (*question.given, Relation(b, ">", sp.S.Zero))
        return
    (x,) = others
    for domain in _parts(question):
        for piece in where_nonnegative(b, True, x, domain.ranges[x], question.digits, deadline):
            ends: tuple[Any, Any] = (piece.left.exact, piece.right.exact)
            if None in ends or any(end.has(sp.CRootOf) for end in ends):  # pyright: ignore[reportOptionalMemberAccess]
                raise UndecidedLineError(f"the zeros of {b} have no closed form")
            extra = [Relation(g, ">" if strict else ">=", sp.S.Zero) for g, strict in domain.constraints]
            if not piece.left.infinite:
                extra.append(Relation(x, ">=" if piece.left_closed else ">", ends[0]))
            if not piece.right.infinite:
                extra.append(Relation(x, "<=" if piece.right_closed else "<", ends[1]))
            yield tuple(extra)


def _parts(question: Question) -> list[Domain]:
    try:
        return domains(RealStatement(question.given, (), question.others).hypotheses, question.others)
    except EmptyDomainError:
        return []


def _holds_where_zero(question: Question, a: sp.Expr, b: sp.Expr, deadline: Deadline) -> bool:
    """Whether a ≥ 0 (> 0) is certain wherever b = 0."""
    if not b.free_symbols:
        return b != 0
    strict, others = question.relation.strict, question.others
    if len(others) > 1:
        given = (*question.given, Relation(b, "==", sp.S.Zero))
        return _proved(given, Relation(a, ">" if strict else ">=", sp.S.Zero), deadline)
    (x,) = others
    for domain in _parts(question):
        bounds = domain.ranges[x]
        zero = intersection(
            where_nonnegative(b, False, x, bounds, question.digits, deadline),
            where_nonnegative(-b, False, x, bounds, question.digits, deadline),
        )
        for piece in zero:
            if not piece.point or piece.left.exact is None or piece.left.exact.has(sp.CRootOf):
                raise UndecidedLineError(f"the zeros of {b} have no closed form")
            at: Any = a.subs(x, piece.left.exact)
            sign = constant_sign(at)
            if sign is None or sign < 0 or (strict and sign == 0):
                return False
    return True


def unwrapped(question: Question, deadline: Deadline, depth: int) -> Line | None:
    """F(u) ≤ B for an increasing F and a B without t says u ≤ F⁻¹(B) where B is a value of F."""
    relation, t = question.relation, question.t
    sides: tuple[Any, Any] = (relation.lhs, relation.rhs)
    for side, other in (sides, sides[::-1]):
        below = (side is relation.lhs) == (relation.op in ("<=", "<"))
        factor, inner = side.as_independent(t, as_Add=False) if side.is_Mul else (sp.S.One, side)
        if (
            other.has(t)
            or inner.func not in _INVERSES
            or (factor != 1 and not _proved(question.given, Relation(factor, ">", sp.S.Zero), deadline))
        ):
            continue
        inverse, least, most = _INVERSES[inner.func]
        bound = other / factor
        # Beyond the values of F the relation is always true on one side, and never on the other.
        hopeless = Relation(bound, "<=", least) if below else Relation(bound, ">=", most)
        if not (least if below else most).is_infinite and not _proved(question.given, hopeless.negation, deadline):
            continue
        given = list(question.given)
        reached = Relation(bound, "<", most) if below else Relation(bound, ">", least)
        if not (most if below else least).is_infinite and not _proved(question.given, reached, deadline):
            given.append(reached)
        op = ("<" if below else ">") + ("" if relation.strict else "=")
        solved = replace(question, relation=Relation(inner.args[0], op, inverse(bound)), given=tuple(given))
        found = solve(solved, deadline, depth + 1)
        if found is not None:
            return found
    return None
