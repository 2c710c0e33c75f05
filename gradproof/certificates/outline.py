"""What a certificate has to show for a claim: cases, each with hypotheses and conclusions in the checker's language.

The cases depend on the claim and on what was found (the witness, the value), and on nothing that the prover did: so
they are what a certificate is compared with, to see that it speaks of the claim whose id it bears.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from gradproof.certificates.language import InexpressibleError, Language
from theory.claim import Claim
from theory.instance import Instance, instances, instantiate
from theory.notation import F
from theory.statement import Exists, Form, Image, Part, Relation
from theory.sufficient import Sufficient

DEEPEST = 2
"""A claim about every depth is tested at the depths up to this one."""
DEEPEST_WITNESS = 40
FAR, NEAR = 10**6, sp.Rational(1, 1000)
"""A limit is tested there, and has to be that near."""


@dataclass
class Outline:
    """One case: for all values of the variables that satisfy the hypotheses, the conclusions hold.

    `test` says why the checker can only test it: it is not the claim, but what the claim says of one depth, or far out.
    """

    name: str
    language: Language
    hypotheses: list[str]
    conclusions: list[str]
    test: str | None = None
    points: list[list[str]] = field(default_factory=list)
    witness: dict[str, str] | None = None
    why: str | None = None
    """Why the conclusions of these cases together settle the claim, where they are not the claim itself."""

    def record(self) -> dict[str, Any]:
        """What of the case stands in the certificate before any proof: `witness` only where there is one."""
        variables = [str(name) for name in self.language.names.values()]
        said = {"hypotheses": self.hypotheses, "conclusions": self.conclusions}
        found = {} if self.witness is None else {"witness": self.witness}
        reason = {} if self.why is None else {"why": self.why}
        return {"name": self.name, "variables": variables, **said, **found, **reason}


def outlines(claim: Claim, refuted: bool, witness: Mapping[str, Any] | None, value: Any) -> list[Outline]:
    """The cases of a claim that was proved, or refuted at the witness. InexpressibleError where there are none."""
    found: list[Outline] = []
    for name, instance in _instances(claim, refuted, witness or {}):
        beyond = [part for part in instance.conclusion if not isinstance(part, Relation | Exists | Image)]
        if beyond:
            found += _of_forms(name, instance, beyond, claim, refuted, witness or {})
            continue
        equations = [part for part in instance.conclusion if isinstance(part, Relation | Exists)]
        relations = [_without_unknown(part, value, refuted) for part in equations]
        images = [part for part in instance.conclusion if isinstance(part, Image)]
        relations += [relation for part in images for relation in _ends(part)]
        plain = [relation for relation in relations if not _limits(relation)]
        plain += [relation for part in images for relation in _inside(part)]
        if plain:
            depth = claim.depth is not None and not refuted
            found.append(_plain(name, instance, plain, claim, "every depth from this one" if depth else None))
        if refuted and plain:
            names = found[-1].language.names.items()
            found[-1].witness = {str(word): _value(symbol, witness or {}) for symbol, word in names}
            continue
        found += [_far(name, instance, relation, refuted, witness or {}) for relation in relations if _limits(relation)]
    if not found:
        raise InexpressibleError("the claim says nothing at small depths")
    return found


def _instances(claim: Claim, refuted: bool, witness: Mapping[str, Any]) -> Iterator[tuple[str, Instance]]:
    if claim.depth is None:
        (instance,) = instances(claim, 0)
        yield "", instance
        return
    index = claim.depth.index
    if refuted:
        layer = int(witness[str(index)]) if index is not None else None
        if not 1 <= (depth := int(witness["l"])) <= DEEPEST_WITNESS or (layer is not None and not 1 <= layer <= depth):
            raise InexpressibleError(f"l = {depth}, {index} = {layer} is beyond certificates")
        places = [instantiate(claim, depth, layer)]
    else:
        places = list(instances(claim, DEEPEST))
    for instance in places:
        name = f"l = {instance.depth}" + (f", {index} = {instance.layer}" if index is not None else "")
        yield name, instance


def _plain(name: str, instance: Instance, relations: Sequence[Relation], claim: Claim, test: str | None) -> Outline:
    evaluated = [relation.map(_evaluated) for relation in relations]
    symbols = {s for r in (*evaluated, *instance.hypotheses) for s in r.free_symbols} | set(claim.variables)
    symbols = {s for s in symbols if not isinstance(s, sp.Indexed | sp.IndexedBase) and not s.is_integer}
    language = Language(symbols)
    hypotheses = language.hypotheses([h.map(_evaluated) for h in instance.hypotheses])
    return Outline(name, language, hypotheses, [language.relation(r) for r in evaluated], test)


def _of_forms(
    name: str, instance: Instance, parts: Sequence[Part], claim: Claim, refuted: bool, witness: Mapping[str, Any]
) -> Iterator[Outline]:
    """What suffices for each part, or what follows from it; to refute them, one part is enough."""
    given: Any = instance.hypotheses
    if refuted:
        shown = (part.refuted_by(given, witness) for part in parts if isinstance(part, Form))
        found = next((s for s in shown if s is not None), None)
        if found is not None:
            yield from _sufficient(name, found)
            return
    for part in parts:
        found = part.proved_by(given) if isinstance(part, Form) and not refuted else None
        if found is not None:
            yield from _sufficient(name, found)
        else:
            yield _tested(name, instance, part, claim, refuted, witness)


def _sufficient(name: str, found: Sufficient) -> Iterator[Outline]:
    for condition in found.conditions:
        if not condition.relations:
            continue
        relations = [relation.map(_evaluated) for relation in condition.relations]
        given = [relation.map(_evaluated) for relation in condition.given]
        language = Language({s for r in (*relations, *given) for s in r.free_symbols})
        title = f"{name}: {condition.name}" if name else condition.name
        texts = [language.relation(relation) for relation in relations]
        yield Outline(title, language, language.hypotheses(given), texts, why=found.why)


def _tested(
    name: str, instance: Instance, part: Part, claim: Claim, refuted: bool, witness: Mapping[str, Any]
) -> Outline:
    """What follows from a form that the checker does not know; where that fails at the witness, so does the form."""
    relations = part.consequences() if isinstance(part, Form) else ()
    if refuted:
        relations = tuple(r for r in relations if {str(s) for s in r.free_symbols} <= set(witness))
    if not relations:
        raise InexpressibleError(part.beyond if isinstance(part, Form) else "it is about every layer at once")
    given = part.given() if isinstance(part, Form) else ()
    known = replace(instance, hypotheses=(*instance.hypotheses, *given))
    outline = _plain(name, known, relations, claim, None if refuted else "consequence")
    if refuted:
        outline.witness = {str(word): _value(symbol, witness) for symbol, word in outline.language.names.items()}
    return outline


def _far(name: str, instance: Instance, relation: Relation, refuted: bool, witness: Mapping[str, Any]) -> Outline:
    """A limit, far out: what it says to within a thousandth, or that it is wrong by more."""
    limits = _limits(relation)
    values = {s: sp.Rational(witness[str(s)]) for s in relation.free_symbols if str(s) in witness} if refuted else {}
    thetas = {
        s: sp.Rational(witness["theta"][int(str(s)[6:]) - 1]) for s in relation.free_symbols if _is_theta(s, witness)
    }
    if len(limits) != 1:
        raise InexpressibleError(f"{relation} is about several limits at once")
    (limit,) = limits
    expression, variable, place, _ = limit.args
    if place not in (sp.oo, -sp.oo):
        raise InexpressibleError(f"{limit} is not a limit at infinity")
    inner = relation.map(lambda side: _evaluated(side.xreplace({limit: expression}).subs({**values, **thetas})))
    side = Relation(variable, ">=" if place is sp.oo else "<=", sp.Integer(FAR) * (1 if place is sp.oo else -1))
    if inner.op == "==" and inner.rhs.is_infinite:
        inner = Relation(sp.Abs(inner.lhs, evaluate=False), "<=" if refuted else ">=", 1 / NEAR)
    elif inner.op == "==":
        gap = sp.Abs(inner.lhs - inner.rhs, evaluate=False)
        inner = Relation(gap, ">=" if refuted else "<=", NEAR)
    elif refuted:
        inner = inner.negation
    parameters = {s for r in (inner, side) for s in r.free_symbols}
    own = [
        h.map(_evaluated)
        for h in instance.hypotheses
        if h.free_symbols <= parameters and variable not in h.free_symbols
    ]
    language = Language(parameters | {variable})
    points = [_point(language, variable, place, size) for size in (FAR, 10 * FAR)]
    texts, kind = language.hypotheses([*own, side]), "wrong limit" if refuted else "limit"
    return Outline(name, language, texts, [language.relation(inner)], kind, points)


def _point(language: Language, variable: Any, place: Any, size: int) -> list[str]:
    far = str(size if place is sp.oo else -size)
    return [far if symbol == variable else "3/2" for symbol in language.names]


def _value(symbol: Any, witness: Mapping[str, Any]) -> str:
    """The value of a variable at the witness; one that does not matter there may have any."""
    if _is_theta(symbol, witness):
        return str(witness["theta"][int(str(symbol)[6:]) - 1])
    return str(witness.get(str(symbol), "1"))


def _is_theta(symbol: Any, witness: Mapping[str, Any]) -> bool:
    return str(symbol).startswith("theta_") and "theta" in witness


def _limits(relation: Relation) -> set[Any]:
    return relation.lhs.atoms(sp.Limit) | relation.rhs.atoms(sp.Limit)


def _evaluated(side: Any) -> Any:
    """Derivatives and sums carried out; a function that may be any is tanh."""
    return side.replace(F, sp.tanh).doit() if side.atoms(sp.Derivative, sp.Subs, sp.Sum, sp.Product, F) else side


def _without_unknown(part: Part, value: Any, refuted: bool) -> Relation:
    if isinstance(part, Relation):
        return part
    assert isinstance(part, Exists)
    if refuted:
        # No value will do where the limit is infinite.
        return Relation(sp.Abs(part.relation.lhs, evaluate=False), "<", 1 / NEAR)
    if value is None:
        raise InexpressibleError("no value was found")
    return part.relation.subs({part.unknown: sp.sympify(value)})


def _inside(part: Image) -> list[Relation]:
    low: Any = part.image.start
    high: Any = part.image.end
    sides = [Relation(low, "<", part.expression)] if low.is_finite is not False else []
    return sides + ([Relation(part.expression, "<", high)] if high.is_finite is not False else [])


def _ends(part: Image) -> list[Relation]:
    low: Any = part.image.start
    high: Any = part.image.end
    ends = ((-sp.oo, "+", low), (sp.oo, "-", high))
    return [Relation(sp.Limit(part.expression, part.variable, to, side), "==", end) for to, side, end in ends]
