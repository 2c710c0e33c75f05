"""The corpus of labelled inequalities in ``tests/corpus``: its loader, and an independent check of its labels.

Each pair holds a theorem and a statement that is false by a hair. This file shares no code with the prover: it
reads statements with its own small parser and computes with mpmath, so that a mistake in one is not repeated in
the other. ``check_pair`` confirms the witness of the false statement; ``attack`` looks for a counterexample to the
true one. Run as a script (``python tests/corpus_labels.py [--false] [name ...]``), it attacks every true statement
and prints a summary; ``--false`` turns the same attack on the false statements, which measures how strong it is.
"""

from __future__ import annotations

import ast
import heapq
import itertools
import random
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath

mp: Any = mpmath.mp
CORPUS = Path(__file__).parent / "corpus"
HAIRS = ("1e-3", "1e-6", "1e-9", "touching")
RELATIONS = {ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.Eq: "=="}
# Each step redoes an undecided comparison with more digits; a gap below 10**-floor of its terms counts as none.
LADDER = ((60, 30), (150, 100), (400, 320), (1200, 1000))
# The violation at a witness may differ from the named hair by this factor; neighbouring hairs are 1000 apart.
HAIR_SLACK = 31

Point = dict[str, Fraction]


class Undefined(ArithmeticError):
    """An expression that has no real value at the point."""


class BadStatement(ValueError):
    """A text outside the language of the corpus."""


@dataclass(frozen=True)
class Node:
    """One operation of an expression: a rational number, a variable, the constant pi, or a function of others."""

    op: str
    args: tuple[Node, ...] = ()
    value: Fraction = Fraction(0)
    name: str = ""


@dataclass(frozen=True)
class Link:
    """A single comparison of two expressions; a chain is several of them."""

    left: Node
    rel: str
    right: Node


@dataclass(frozen=True)
class Pair:
    """A theorem, its false neighbour, their hypotheses, and a point at which the false one fails."""

    name: str
    family: str
    true: str
    false: str
    where: tuple[str, ...]
    where_false: tuple[str, ...]
    hair: str
    witness: Point


@dataclass(frozen=True)
class Finding:
    """What an attack saw: the smallest relative gap, where, and how many points it tried or could not decide."""

    worst: float
    point: Point
    tried: int
    unresolved: int


# --------------------------------------------------------------------------------------------------- functions


def _guarded(name: str, inside: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """The mpmath function of that name, undefined outside its real domain (where mpmath would turn complex)."""
    compute = getattr(mp, name)

    def apply(x: Any) -> Any:
        if not inside(x):
            raise Undefined(name)
        return compute(x)

    return apply


# tan has poles, but no rational point hits one.
ENTIRE = ("exp", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "sech", "asinh", "erf", "erfc")
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(mp, name) for name in ENTIRE},
    "log": _guarded("log", lambda x: x > 0),
    "sqrt": _guarded("sqrt", lambda x: x >= 0),
    "asin": _guarded("asin", lambda x: abs(x) <= 1),
    "acos": _guarded("acos", lambda x: abs(x) <= 1),
    "acosh": _guarded("acosh", lambda x: x >= 1),
    "atanh": _guarded("atanh", lambda x: abs(x) < 1),
    "csch": _guarded("csch", lambda x: x != 0),
    "coth": _guarded("coth", lambda x: x != 0),
    "abs": abs,
    "min": min,
    "max": max,
    "relu": lambda x: max(x, mp.zero),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
}
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


# ----------------------------------------------------------------------------------------------------- parsing


def _number(value: Fraction) -> Node:
    return Node("num", value=value)


def _fold(op: str, a: Fraction, b: Fraction) -> Fraction | None:
    """The exact value of ``a op b``, or None where it is not a rational number (or is undefined)."""
    if op == "/":
        return a / b if b else None
    if op == "**":
        return a**b.numerator if b.denominator == 1 and (a or b > 0) else None
    return {"+": a + b, "-": a - b, "*": a * b}[op]


def _binary(op: str, left: Node, right: Node) -> Node:
    """The operation as a node, folded when both sides are rational, so that 1/3 stays exactly 1/3."""
    if left.op == right.op == "num":
        folded = _fold(op, left.value, right.value)
        if folded is not None:
            return _number(folded)
    return Node(op, (left, right))


def _call(node: ast.Call, text: str) -> Node:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
        raise BadStatement(f"unknown function in {text!r}")
    args = tuple(_build(arg, text) for arg in node.args)
    if len(args) != (2 if node.func.id in ("min", "max") else 1):
        raise BadStatement(f"wrong number of arguments in {text!r}")
    return Node("call", args, name=node.func.id)


def _build(node: ast.expr, text: str) -> Node:
    """The expression that a Python syntax tree stands for; anything outside the whitelist is refused."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        # The source text, not the parsed float: a decimal means itself exactly.
        return _number(Fraction(ast.get_source_segment(text, node) or ""))
    if isinstance(node, ast.Name):
        if node.id in FUNCTIONS:
            raise BadStatement(f"function without arguments in {text!r}")
        return Node("pi") if node.id == "pi" else Node("var", name=node.id)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return _binary(OPERATORS[type(node.op)], _build(node.left, text), _build(node.right, text))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _binary("*", _number(Fraction(-1)), _build(node.operand, text))
    if isinstance(node, ast.Call):
        return _call(node, text)
    raise BadStatement(f"unsupported syntax in {text!r}")


def parse(text: str) -> tuple[Link, ...]:
    """The comparisons that a statement chains together."""
    tree = ast.parse(text, mode="eval").body
    if not isinstance(tree, ast.Compare) or any(type(op) not in RELATIONS for op in tree.ops):
        raise BadStatement(f"not a comparison: {text!r}")
    sides = [_build(side, text) for side in (tree.left, *tree.comparators)]
    return tuple(Link(a, RELATIONS[type(op)], b) for a, op, b in zip(sides, tree.ops, sides[1:], strict=False))


def parse_all(texts: tuple[str, ...]) -> tuple[Link, ...]:
    """The comparisons of several statements, such as a list of hypotheses."""
    return tuple(link for text in texts for link in parse(text))


def _names(node: Node) -> set[str]:
    own = {node.name} if node.op == "var" else set()
    return own.union(*(_names(arg) for arg in node.args))


def variables(*texts: str) -> list[str]:
    """The variables of some statements, in order."""
    return sorted(set().union(*(_names(link.left) | _names(link.right) for link in parse_all(texts))))


# -------------------------------------------------------------------------------------------------- evaluation


def _power(base: Any, exponent: Node, env: dict[str, Any]) -> Any:
    """A real power: integer exponents for any base, other exponents for bases >= 0 only."""
    if exponent.op == "num" and exponent.value.denominator == 1:
        if base == 0 and exponent.value <= 0:
            raise Undefined("**")
        return base ** int(exponent.value)
    power = evaluate(exponent, env)
    if base < 0 or (base == 0 and power <= 0):
        raise Undefined("**")
    return mp.power(base, power) if base else mp.zero


def evaluate(node: Node, env: dict[str, Any]) -> Any:
    """The value of an expression in the current precision of mpmath."""
    if node.op == "num":
        return mp.mpf(node.value.numerator) / node.value.denominator
    if node.op == "var":
        return env[node.name]
    if node.op == "pi":
        return +mp.pi
    if node.op == "**":
        return _power(evaluate(node.args[0], env), node.args[1], env)
    args = [evaluate(arg, env) for arg in node.args]
    if node.op == "call":
        return FUNCTIONS[node.name](*args)
    if node.op == "/" and args[1] == 0:
        raise Undefined("/")
    return {"+": mp.fadd, "-": mp.fsub, "*": mp.fmul, "/": mp.fdiv}[node.op](*args)


def _terms(node: Node) -> Iterator[Node]:
    """The summands of an expression, at the outermost level."""
    if node.op in ("+", "-"):
        yield from _terms(node.args[0])
        yield from _terms(node.args[1])
    else:
        yield node


def _gap(link: Link, env: dict[str, Any]) -> tuple[Any, Any]:
    """How far the comparison is from failing (negative: by how much it fails), and the size of its largest term."""
    gap = evaluate(link.right, env) - evaluate(link.left, env)
    if link.rel[0] == ">":
        gap = -gap
    elif link.rel == "==":
        gap = -abs(gap)
    size = max(abs(evaluate(term, env)) for side in (link.left, link.right) for term in _terms(side))
    return gap, size


def relative_gap(link: Link, point: Point) -> Any:
    """The gap of a comparison relative to its largest term; exactly 0 when the ladder of precisions sees none."""
    # Terms like 1 - tanh(x) lose about 0.87 * x digits before the outermost sum, where the floor cannot see it.
    lost = min(int(2 * max(map(abs, point.values()), default=0)), 400)
    before = mp.zero
    for digits, floor in LADDER:
        with mp.workdps(digits + lost):
            env = {name: mp.mpf(value.numerator) / value.denominator for name, value in point.items()}
            gap, size = _gap(link, env)
            if abs(gap) > size * mp.mpf(10) ** -floor:
                # Other cancellations (next to a pole, say) can fake a gap: a violation must show up twice alike.
                relative = gap / size
                if gap > 0 or abs(relative - before) < abs(relative) / 1000:
                    return relative
                before = relative
    return mp.zero


def _holds(link: Link, gap: Any) -> bool:
    return gap > 0 or (gap == 0 and link.rel in ("<=", ">=", "=="))


def holds(links: tuple[Link, ...], point: Point) -> bool:
    """Whether every comparison holds at the point (False where one of them is undefined)."""
    try:
        return all(_holds(link, relative_gap(link, point)) for link in links)
    except Undefined:
        return False


# ----------------------------------------------------------------------------------------------------- loading


def _pair(family: str, entry: dict[str, Any]) -> Pair:
    unknown = set(entry) - {"name", "true", "false", "where", "where_false", "hair", "witness"}
    if unknown:
        raise ValueError(f"{family}: unknown keys {sorted(unknown)}")
    where = tuple(entry.get("where", ()))
    return Pair(
        name=entry["name"],
        family=family,
        true=entry["true"],
        false=entry["false"],
        where=where,
        where_false=tuple(entry.get("where_false", where)),
        hair=entry["hair"],
        witness={name: Fraction(text) for name, text in entry.get("witness", {}).items()},
    )


def load(folder: Path = CORPUS) -> list[Pair]:
    """All pairs of the corpus, family by family."""
    files = sorted(folder.glob("*.toml"))
    return [_pair(file.stem, entry) for file in files for entry in tomllib.loads(file.read_text())["pair"]]


# ---------------------------------------------------------------------------------------------- (a) the witness


def violation(pair: Pair) -> tuple[float, bool]:
    """The relative size of the violation at the witness, and whether a comparison fails there at all.

    The size is 0 where a strict comparison fails by equality.
    """
    failing = []
    for link in parse(pair.false):
        gap = relative_gap(link, pair.witness)
        if not _holds(link, gap):
            failing.append(gap)
    return float(-min(failing, default=mp.zero)), bool(failing)


def check_pair(pair: Pair) -> str:
    """What is wrong with the pair's false label, or an empty text."""
    names = variables(pair.true, pair.false, *pair.where, *pair.where_false)
    if pair.hair not in HAIRS:
        return f"unknown hair {pair.hair}"
    if sorted(pair.witness) != names:
        return f"the witness does not give exactly {names}"
    if not holds(parse_all(pair.where_false), pair.witness):
        return "the witness is outside the hypotheses"
    size, fails = violation(pair)
    if not fails:
        return "the false statement holds at the witness"
    if pair.hair != "touching" and not float(pair.hair) / HAIR_SLACK < size < float(pair.hair) * HAIR_SLACK:
        return f"the violation {size:.1e} is not about {pair.hair}"
    return ""


# ------------------------------------------------------------------------------------------------ (b) the attack


@dataclass
class Range:
    """The interval that the hypotheses give one variable; None stands for unbounded."""

    low: Fraction | None = None
    high: Fraction | None = None


def _inward(node: Node, up: bool) -> Fraction:
    """A constant bound as a fraction: itself if rational, else rounded by 1e-20 into the allowed side."""
    if node.op == "num":
        return node.value
    with mp.workdps(80):
        scaled = int(mp.floor(evaluate(node, {}) * mp.mpf(10) ** 20))
    return Fraction(scaled + up, 10**20)


def _narrow(ranges: dict[str, Range], link: Link) -> None:
    """Take a hypothesis of the form ``variable relation constant`` into the ranges; others are left to filtering."""
    for var, bound, below in ((link.left, link.right, "<"), (link.right, link.left, ">")):
        if var.op != "var" or _names(bound):
            continue
        box = ranges[var.name]
        if link.rel[0] in (below, "="):
            value = _inward(bound, up=False)
            box.high = value if box.high is None else min(box.high, value)
        if link.rel[0] != below:
            value = _inward(bound, up=True)
            box.low = value if box.low is None else max(box.low, value)


def _edges(box: Range) -> list[Fraction]:
    """Points at, and log-spaced towards, the ends of a range: finite ends closely, infinite ends far out."""
    steps = [Fraction(m, 10**k) for k in range(1, 13) for m in (1, 3)]
    far = [Fraction(m * 10**k) for k in range(7) for m in (1, 3)] + [Fraction(10**9), Fraction(10**12)]
    base = box.low if box.low is not None else box.high if box.high is not None else Fraction(0)
    points = [base]
    if box.low is not None:
        points += [box.low, *(box.low + s for s in steps)]
    if box.high is not None:
        points += [box.high, *(box.high - s for s in steps)]
    if box.high is None:
        points += [base + f for f in far]
    if box.low is None:
        points += [base - f for f in far]
    inside = [p for p in points if (box.low is None or p >= box.low) and (box.high is None or p <= box.high)]
    # Zero and one are where handbook inequalities touch.
    return sorted({*inside, *(Fraction(p) for p in (-1, 0, 1) if _inside(box, Fraction(p)))})


def _inside(box: Range, p: Fraction) -> bool:
    return (box.low is None or p >= box.low) and (box.high is None or p <= box.high)


def _window(box: Range) -> tuple[Fraction, Fraction]:
    """A bounded part of a range, for grids."""
    if box.low is not None:
        return box.low, min(box.high, box.low + 10) if box.high is not None else box.low + 10
    return (box.high - 10, box.high) if box.high is not None else (Fraction(-10), Fraction(10))


def _grid(box: Range, count: int) -> list[Fraction]:
    low, high = _window(box)
    return [low + (high - low) * i / count for i in range(count + 1)]


def _random(box: Range, rng: random.Random) -> Fraction:
    """A random point of a range, on a linear or a logarithmic scale from its ends."""
    low, high = _window(box)
    if rng.random() < 0.5:
        return low + (high - low) * Fraction(rng.random())
    step = Fraction(10 ** rng.uniform(-6, 0)) * (high - low)
    return low + step if rng.random() < 0.5 else high - step


def _beside(names: list[str], value: Fraction, rng: random.Random) -> Point:
    """A point with all coordinates close to one value, at a random distance."""
    step = Fraction(10 ** rng.uniform(-6, 0)) * (abs(value) or 1)
    return {name: _short(value + step * rng.randint(-2, 2)) for name in names}


def _candidates(ranges: dict[str, Range], rng: random.Random) -> Iterator[Point]:
    """Points of the box: a grid, combinations of edge points, equal coordinates, and random ones."""
    names = list(ranges)
    if not names:
        yield {}
        return
    count = {1: 300, 2: 20}.get(len(names), 8)
    grids = [_grid(box, count) for box in ranges.values()]
    yield from (dict(zip(names, point, strict=True)) for point in itertools.product(*grids))
    edges = [_edges(box) for box in ranges.values()]
    if len(names) == 1:
        yield from ({names[0]: p} for p in edges[0])
    else:
        yield from ({n: rng.choice(e) for n, e in zip(names, edges, strict=True)} for _ in range(400))
        shared = sorted({p for e in edges for p in e})
        yield from (dict.fromkeys(names, p) for p in shared)
        # Symmetric statements touch on the diagonal, so it is approached from all sides and at all scales.
        yield from (_beside(names, _random(ranges[rng.choice(names)], rng), rng) for _ in range(300))
    yield from ({n: _random(box, rng) for n, box in ranges.items()} for _ in range(200 * len(names)))


class Attack:
    """A search for a point where a statement fails while its hypotheses hold."""

    def __init__(self, text: str, where: tuple[str, ...], seed: int = 1) -> None:
        self.links = parse(text)
        self.hypotheses = parse_all(where)
        self.ranges = {name: Range() for name in variables(text, *where)}
        for link in self.hypotheses:
            _narrow(self.ranges, link)
        self.rng = random.Random(seed)
        self.tried = self.unresolved = 0
        self.worst = float("inf")
        self.point: Point = {}
        self.near: list[tuple[float, int, Point]] = []

    def allowed(self, point: Point) -> bool:
        """Whether the hypotheses hold at the point."""
        return holds(self.hypotheses, point)

    def some_point(self) -> Point | None:
        """A point where the hypotheses hold, or None if the scan meets none."""
        return next(filter(self.allowed, _candidates(self.ranges, self.rng)), None)

    def measure(self, point: Point) -> float:
        """The smallest relative gap of the statement at the point; infinite outside the hypotheses.

        A strict comparison that meets equality counts as unresolved and, unless only saturation far out can
        explain it, as the smallest possible violation.
        """
        if not self.allowed(point):
            return float("inf")
        self.tried += 1
        try:
            gaps = [(link, relative_gap(link, point)) for link in self.links]
        except Undefined:
            # The hypotheses must keep every subexpression defined, so this is as bad as a violation.
            self.worst, self.point = float("-inf"), point
            return self.worst
        value = float(min(gap for _, gap in gaps))
        if any(gap == 0 and not _holds(link, gap) for link, gap in gaps):
            self.unresolved += 1
            value = min(value, -1e-300 if max(map(abs, point.values()), default=0) < 500 else 0.0)
        elif value == 0 and min(gap for _, gap in gaps) < 0:
            value = -1e-300
        if value < self.worst:
            self.worst, self.point = value, point
        return value

    def scan(self) -> None:
        """Measure all candidates, and remember the tightest as starts for the descent."""
        inside, outside = [], []
        for point in _candidates(self.ranges, self.rng):
            value = self.measure(point)
            (outside if value == float("inf") else inside).append(point)
            if value != float("inf"):
                heapq.heappush(self.near, (-value, -self.tried, point))
                if len(self.near) > 4:
                    heapq.heappop(self.near)
        if len(self.ranges) > 1 and inside and outside:
            for _ in range(60):
                self.measure(self._border(self.rng.choice(inside), self.rng.choice(outside)))

    def _border(self, inner: Point, outer: Point) -> Point:
        """The last allowed point on the way from an allowed point to a forbidden one."""
        low, high = Fraction(0), Fraction(1)
        for _ in range(45):
            mid = (low + high) / 2
            if self.allowed({n: inner[n] + (outer[n] - inner[n]) * mid for n in inner}):
                low = mid
            else:
                high = mid
        return {n: inner[n] + (outer[n] - inner[n]) * low for n in inner}

    def descend(self) -> None:
        """Nelder-Mead from the tightest points, on two scales."""
        for _, _, start in sorted(self.near, key=lambda item: -item[0]):
            for step in (Fraction(1, 10), Fraction(1, 10**5)):
                self._simplex(start, step)

    def _simplex(self, start: Point, step: Fraction) -> None:
        names = list(start)
        corners = [start] + [{**start, n: start[n] + step * (abs(start[n]) or 1)} for n in names]
        simplex = sorted(((self.measure(c), i, c) for i, c in enumerate(corners)), key=lambda item: item[0])
        for turn in range(40 * len(names) + 20):
            # A simplex that has collapsed, or lies flat on an equality, has nothing more to tell.
            if simplex[0][0] == simplex[-1][0] or _width([c for _, _, c in simplex]) < 1e-15:
                break
            rest, (high, _, last) = simplex[:-1], simplex[-1]
            middle = {n: sum((c[n] for _, _, c in rest), Fraction(0)) / len(rest) for n in names}
            best: tuple[float, Point] | None = None
            for factor in (Fraction(1), Fraction(2), Fraction(-1, 2), Fraction(1, 2)):
                trial = {n: _short(middle[n] + factor * (middle[n] - last[n])) for n in names}
                value = self.measure(trial)
                if best is None or value < best[0]:
                    best = (value, trial)
                if factor == 1 and simplex[0][0] <= value < high:
                    break
            if best is not None and best[0] < high:
                simplex[-1] = (best[0], turn, best[1])
            else:
                simplex = [simplex[0]] + [self._shrunk(simplex[0][2], c, i) for _, i, c in simplex[1:]]
            simplex.sort(key=lambda item: item[0])

    def _shrunk(self, best: Point, corner: Point, mark: int) -> tuple[float, int, Point]:
        point = {n: _short((best[n] + corner[n]) / 2) for n in best}
        return self.measure(point), mark, point

    def run(self) -> Finding:
        """Scan, descend, and report."""
        self.scan()
        if self.ranges:
            self.descend()
        return Finding(self.worst, self.point, self.tried, self.unresolved)


def _short(value: Fraction) -> Fraction:
    """The value rounded to 25 decimals after its leading digit, to keep fractions from growing without end."""
    if not value:
        return value
    digits = 25 + max(0, len(str(value.denominator)) - len(str(abs(value.numerator))))
    return Fraction(round(value * 10**digits), 10**digits)


def _width(points: list[Point]) -> float:
    """The largest distance between coordinates of the points, relative to their size (of 1e-15 at least)."""
    columns = [[point[name] for point in points] for name in points[0]]
    return max(float((max(column) - min(column)) / max(Fraction(1, 10**15), *map(abs, column))) for column in columns)


def attack(text: str, where: tuple[str, ...], seed: int = 1) -> Finding:
    """Search for a counterexample to the statement; ``worst < 0`` in the answer means that one was found."""
    return Attack(text, where, seed).run()


# ----------------------------------------------------------------------------------------------------- summary


def _counts(pairs: list[Pair]) -> str:
    """How many pairs there are by hair, by number of variables and by family."""
    hairs = Counter(pair.hair for pair in pairs)
    arity = Counter(len(pair.witness) for pair in pairs)
    families = Counter(pair.family for pair in pairs)
    lines = [f"{len(pairs)} pairs, {2 * len(pairs)} statements"]
    lines += [
        "by " + title + ": " + ", ".join(f"{key}: {n}" for key, n in sorted(count.items(), key=str))
        for title, count in (("hair", hairs), ("number of variables", arity), ("family", families))
    ]
    return "\n".join(lines)


def _attack_all(pairs: list[Pair], false: bool) -> int:
    """Attack one statement of every pair, print what is remarkable, and return how many of them fell."""
    fallen = 0
    for pair in pairs:
        finding = attack(pair.false, pair.where_false) if false else attack(pair.true, pair.where)
        fallen += finding.worst < 0
        at = ", ".join(f"{name} = {float(value)!r}" for name, value in finding.point.items())
        if (finding.worst < 0) != false or not finding.tried:
            print(f"{pair.name}: smallest gap {finding.worst:.1e} at {at or '-'}, {finding.tried} points", flush=True)
        elif finding.unresolved and not false:
            print(f"{pair.name}: {finding.unresolved} equalities left open far out", flush=True)
    return fallen


def main(arguments: list[str]) -> int:
    """Check the witnesses, attack the statements, print a summary; 0 means that every label stood."""
    false = "--false" in arguments
    wanted = {name for name in arguments if not name.startswith("--")}
    pairs = [pair for pair in load() if not wanted or pair.name in wanted]
    print(_counts(pairs))
    wrong = [f"{pair.name}: {problem}" for pair in pairs if (problem := check_pair(pair))]
    print(*wrong, f"{len(pairs) - len(wrong)} of {len(pairs)} witnesses confirmed", sep="\n")
    begun = time.monotonic()
    fallen = _attack_all(pairs, false)
    kind = "false statements refuted" if false else "true statements refuted"
    print(f"attack: {fallen} of {len(pairs)} {kind}, in {time.monotonic() - begun:.0f} s")
    return int(bool(wrong) or (fallen > 0 and not false))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
