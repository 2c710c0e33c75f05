"""The checker's arithmetic: intervals with rational ends, elementary functions by their sums, Taylor coefficients."""

# fmt: off
import ast
import re
import time
from fractions import Fraction as Q
from functools import lru_cache
from typing import Any, NamedTuple

BITS, FINE, LARGEST, SECONDS = 64, 100, 20_000, 60
INF = float("inf")  # marks an end that is not bounded; no other float enters a computation
clock = {"end": INF}
class Rejected(Exception):
    """This proves nothing: the reason."""
def require(condition: Any, reason: str) -> None:
    if not condition or time.monotonic() > clock["end"]:
        raise Rejected(reason if not condition else f"its check takes more than {SECONDS} s")
def down(q: Any) -> Any:
    """A short number ≤ q: q itself if it is short. The short number ≥ q is −down(−q)."""
    if isinstance(q, float) or (q.numerator.bit_length() <= BITS and q.denominator.bit_length() <= BITS):
        return q
    shift = BITS - q.numerator.bit_length() + q.denominator.bit_length()
    require(abs(shift) < LARGEST, "a number is too large or too small")
    n = (q.numerator << max(shift, 0)) // (q.denominator << max(-shift, 0))
    return Q(n, 1 << shift) if shift >= 0 else Q(n << -shift)

class Interval(NamedTuple):
    """The numbers between two ends (number, side), rounded outwards. (0, 1) lies just above 0, (0, −1) just below."""
    lo: tuple[Any, int]
    hi: tuple[Any, int]
    def __neg__(self) -> "Interval":
        return Interval((-self.hi[0], -self.hi[1]), (-self.lo[0], -self.lo[1]))
    def __add__(self, other: Any) -> "Interval":
        (a, s), (b, t), (c, u), (d, v) = *self, *other
        return Interval((down(a + c), max(s, u)), (-down(-b - d), min(t, v)))
    def __mul__(self, other: Any) -> "Interval":
        ends = []
        for (a, s), (b, t) in ((x, y) for x in self for y in other):
            far = isinstance(a, float) or isinstance(b, float)
            value = Q(0) if not a or not b else (INF if (a > 0) == (b > 0) else -INF) if far else a * b
            taken = not (s or t) or not (a or s) or not (b or t)  # between ends 0·∞ is 0, taken where a zero is
            ends.append((value, 0 if taken else 1))
        (lo, s), (hi, t) = min(ends), max((end, -side) for end, side in ends)
        return Interval((down(lo), s), (-down(-hi), t))
    def power(self, p: Q) -> "Interval":
        require(abs(p) <= 200, "an exponent is too large")
        if p.denominator > 1:
            zero = self.lo[0] == 0 < p
            x = Interval((Q(0), 1), self.hi) if zero and self.hi[0] else self
            x = image("exp", point(p) * image("log", x)) if self.hi[0] else self
            return Interval(self.lo, x.hi) if zero else x
        if p <= 0:
            return self.power(-p).inverse() if p else point(1)
        x = self if p.numerator % 2 or self.lo >= (0, 0) else size(self)
        return Interval((down(x.lo[0] ** p.numerator), x.lo[1]), (-down(-(x.hi[0] ** p.numerator)), x.hi[1]))
    def inverse(self) -> "Interval":
        (lo, s), (hi, t) = self
        require(self.lo > (0, 0) or self.hi < (0, 0), "a division may be by zero")
        low = -INF if hi == 0 else Q(0) if hi == INF else down(1 / hi)
        return Interval((low, -t), (INF if lo == 0 else Q(0) if lo == -INF else -down(-1 / lo), -s))

def point(q: Any) -> Interval:
    return Interval((Q(q), 0), (Q(q), 0))
def size(x: Interval) -> Interval:
    return x if x.lo >= (0, 0) else -x if x.hi <= (0, 0) else Interval((Q(0), 0), max(x.hi, (-x).hi))
def common(x: Interval, y: Interval) -> Interval:
    require(max(x.lo, y.lo) <= min(x.hi, y.hi), "a box or a range is empty")
    return Interval(max(x.lo, y.lo), min(x.hi, y.hi))

def series(first: Q, ratio: Any, alternating: bool = False) -> Interval:
    """Σ t_k or Σ (−1)^k t_k, t_0 = first > 0, t_k = n/d·t_{k−1}, (n, d) = ratio(k); n/d stays ≤ 1/2 from some k on."""
    lo, hi, k, n, d = 0, 0, 0, 1, 1
    floor, ceiling = (first.numerator << FINE) // first.denominator, -((-first.numerator << FINE) // first.denominator)
    while ceiling > 1 or 2 * n > d:
        lo, hi = (lo - ceiling, hi - floor) if alternating and k % 2 else (lo + floor, hi + ceiling)
        k, (n, d) = k + 1, ratio(k + 1)
        floor, ceiling = floor * n // d, -(-ceiling * n // d)
    return Interval((Q(lo - 2 * alternating, 1 << FINE), 0), (Q(hi + 2, 1 << FINE), 0))  # 1 + 1/2 + ⋯ units are left

@lru_cache(9999)
def at(name: str, q: Q) -> Interval:  # a function at one number
    n, d = q.numerator**2, q.denominator**2
    if q == 0 or (q < 0 and name not in ("exp", "log")):  # all but these two are odd
        return REALS if name == "log" else point(name == "exp") if q == 0 else -at(name, -q)
    if name == "artanh":  # q + q³/3 + q⁵/5 + ⋯ for 0 < q ≤ 1/3
        return series(q, lambda k: (n * (2 * k - 1), d * (2 * k + 1)))
    if name == "log":  # k log 2 + 2 artanh((m − 1)/(m + 1)), q = 2^k m, 1/2 < m < 2
        power = Q(2) ** (k := q.numerator.bit_length() - q.denominator.bit_length())
        return point(k) * LOG2 + point(2) * at("artanh", (q - power) / (q + power))
    if name == "atan":  # Euler: Σ 4^k(k!)²/(2k + 1)!·q^{2k+1}/(1 + q²)^{k+1} for q ≤ 1
        near = series(min(q, 1 / q) / (1 + min(q, 1 / q) ** 2), lambda k: (2 * k * min(n, d), (2 * k + 1) * (d + n)))
        return near if q <= 1 else HALF_PI + -near
    if name == "erf" and q * q > BITS:  # 1 − erf q < e^{−q²}
        return Interval((1 - Q(1, 1 << BITS), 0), (Q(1), 0))
    if name == "erf":  # 2/√π·e^{−q²}·Σ 2^k q^{2k+1}/(1·3⋯(2k + 1))
        total = series(q, lambda k: (2 * n, d * (2 * k + 1))) * image("exp", -(point(q) * point(q)))
        return total * point(2) * (point(2) * HALF_PI).power(-Q(1, 2))
    if name == "sin":  # q − q³/3! + q⁵/5! − ⋯
        return series(q, lambda k: (n, d * 2 * k * (2 * k + 1)), True)
    if abs(q) > 700:  # e^q > q, so that e^−q < 1/q
        return Interval((q, 0), (INF, -1)) if q > 0 else Interval((Q(0), 1), (-1 / q, 0))
    k = q // LOG2.lo[0] - 1  # e^q = 2^k e^r with 1/2 < r < 3/2
    (r, _), (s, _) = point(q) + point(-k) * LOG2  # e^s ≤ e^r(1 + 2(s − r))
    spread = Interval((Q(1), 0), (1 + 2 * (s - r), 0)) * point(Q(2) ** k)
    return series(Q(1), lambda k: (r.numerator, r.denominator * k)) * spread
REALS, ZERO, UNIT = Interval((-INF, 1), (INF, -1)), Interval((Q(0), 0), (Q(0), 0)), Interval((-Q(1), 0), (Q(1), 0))
LOG2, HALF_PI = at("artanh", Q(1, 3)) * point(2), at("atan", Q(1)) * point(2)
NEVER = {"exp": (Q(0), INF), "log": (-INF, INF), "erf": (-Q(1), Q(1)), "atan": (-HALF_PI.hi[0], HALF_PI.hi[0])}
CONSTANTS = {"pi": HALF_PI * point(2), "E": at("exp", Q(1)), "e": at("exp", Q(1))}
FORMS = dict(re.findall(r"(\w+) = ([^;]+);", """D_cosh = sinh(u); D_sinh = cosh(u);
asin = atan(u/sqrt(1-u**2)); acos = pi/2-asin(u); min = -max(-u,-v); sign = where(u,1,-where(-u,1,0)); relu = max(0,u);
sqrt = u**(1/2); atanh = (log(1+u)-log(1-u))/2; asinh = log(u+sqrt(u**2+1)); acosh = log(u+sqrt(u**2-1)); ln = log(u);
sigmoid = 1/(1+exp(-u)); erfc = 1-erf(u); D_exp = exp(u); D_log = 1/u; D_erf = 2/sqrt(pi)*exp(-u**2); D_sin = cos(u);
csch = 1/sinh(u); cos = 1-2*sin(u/2)**2; tan = sin(u)/cos(u); cot = cos(u)/sin(u); sec = 1/cos(u); csc = 1/sin(u);
tanh = 1-2/(exp(2*u)+1); sinh = (exp(u)-exp(-u))/2; cosh = 1+2*sinh(u/2)**2; sech = 1/cosh(u); coth = 1/tanh(u);
D_atan = 1/(1+u**2); D_cos = -sin(u); D_tanh = 1-tanh(u)**2; D_sech = -sech(u)*tanh(u);"""))
def image(name: str, x: Interval) -> Interval:
    """The values of a function on an interval. NEVER holds what the increasing ones approach and do not reach."""
    (lo, s), (hi, t) = x
    require(name != "log" or x.lo > (0, 0), "a logarithm or a root may be of a negative number")
    if name == "sin":  # it moves no faster than its argument
        m = (lo + hi) / 2 if INF not in (-lo, hi) and abs(lo + hi) < 32 else None
        return UNIT if m is None else common(at(name, m) + Interval((lo - m, 0), (hi - m, 0)), UNIT)
    low, high = (NEVER[name][0], 1), (NEVER[name][1], -1)
    low = low if lo == -INF else max((down(at(name, lo).lo[0]), s), low)
    return Interval(low, high if hi == INF else min((-down(-at(name, hi).hi[0]), t), high))

@lru_cache(4096)
def parse(text: str) -> ast.expr:
    require(len(text) < LARGEST and not re.search(r"[^\w +*/(),.-]", text), f"{text[:80]!r} is not understood")
    exact = re.sub(r"(?<![\w.])(\d+\.\d*|\.?\d+)([eE][-+]?\d{1,3})?(?![\w.])", lambda m: f"({Q(m[0])})", text.strip())
    return ast.parse(exact, mode="eval").body  # 0.1 is 1/10

def jet(node: ast.expr, env: dict[str, list[Interval]], n: int) -> list[Interval]:
    match node:
        case ast.Constant(value=int() as value):
            return [point(value)] + [ZERO] * n
        case ast.Name(id=name) if name in env or name in CONSTANTS:
            return env[name][: n + 1] if name in env else [CONSTANTS[name]] + [ZERO] * n
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return [-c for c in jet(part, env, n)]
        case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]):
            return call(name, [jet(part, env, n) for part in parts])
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow() as op, right=right):
            u, v = jet(left, env, n), jet(right, env, n)
            if isinstance(op, ast.Pow):
                constant = v[0].lo == v[0].hi and all(c == ZERO for c in v[1:])
                return power(u, v[0].lo[0]) if constant else call("exp", [convolved(v, call("log", [u]))])
            v = [-c for c in v] if isinstance(op, ast.Sub) else power(v, Q(-1)) if isinstance(op, ast.Div) else v
            return convolved(u, v) if isinstance(op, ast.Mult | ast.Div) else [a + b for a, b in zip(u, v, strict=True)]
    raise Rejected(f"{ast.unparse(node)[:80]} is not understood")
def convolved(u: list[Interval], v: list[Interval]) -> list[Interval]:
    pairs = [[(a, b) for a, b in zip(u, v[k::-1], strict=False) if ZERO not in (a, b)] for k in range(len(u))]
    return [sum((a * b for a, b in part), ZERO) for part in pairs]
def power(u: list[Interval], p: Q) -> list[Interval]:
    return compose(u, u[0].power(p), lambda v: [point(p) * c for c in power(v, p - 1)] if p else [ZERO] * len(v))
def compose(u: list[Interval], value: Interval, slope: Any) -> list[Interval]:
    """F(u) from F(u_0) and F′: k·y_k = Σ j·u_j·F′(u)_{k−j}, j = 1, …, k."""
    if all(c == ZERO for c in u[1:]):
        return [value, *u[1:]]
    rising = convolved([point(j) * c for j, c in enumerate(u)][1:], slope(u[:-1]))
    return [value] + [c * point(Q(1, k)) for k, c in enumerate(rising, 1)]
def call(name: str, u: list[list[Interval]]) -> list[Interval]:
    n = len(u[0]) - 1
    if n and f"D_{name}" in FORMS:
        return compose(u[0], call(name, [u[0][:1]])[0], lambda v: call(f"D_{name}", [v]))
    if name in FORMS:
        return jet(parse(FORMS[name]), dict(zip("uv", u, strict=False)), n)
    if name in (*NEVER, "sin"):
        return [image(name, u[0][0])]
    require(len(u) == {"abs": 1, "max": 2, "where": 3}.get(name), f"{name} is not known with {len(u)} arguments")
    test, x, y = u if name == "where" else (u[0], *u, [-c for c in u[0]])[:3]  # where(t, x, y) is x if t > 0, else y
    sign = test[0] if name != "max" else x[0] + -y[0]
    decided = sign.hi <= (0, 0) or sign.lo > (0, 0) or (sign.lo == (0, 0) and name != "where")
    if decided and (n == 0 or sign != ZERO):  # at a kink no derivative is chosen
        return y if sign.hi <= (0, 0) else x
    value = Interval((min if name == "where" else max)(x[0].lo, y[0].lo), max(x[0].hi, y[0].hi))
    return [value if name != "abs" else size(test[0]), *[REALS] * n]
