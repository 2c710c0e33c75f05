"""The corpus of labelled inequalities in ``tests/corpus``: its loader, and an independent check of its labels.

Each pair holds a theorem and a statement that is false by a hair. Nothing here shares code with the prover:
`corpus_language` reads statements with its own small parser and computes with mpmath. ``check_pair`` confirms the
witness of the false statement; ``attack`` looks for a counterexample to the true one. Run as a script
(``python tests/corpus_labels.py [--false] [name ...]``), it attacks every true statement and prints a summary;
``--false`` turns the same attack on the false statements, which measures how strong it is.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from corpus_attack import Attack as Attack
from corpus_attack import attack as attack
from corpus_language import BadStatement as BadStatement
from corpus_language import Point, is_kept, mp, variables
from corpus_language import holds as holds
from corpus_language import parse as parse
from corpus_language import parse_all as parse_all
from corpus_language import relative_gap as relative_gap

CORPUS = Path(__file__).parent / "corpus"
HAIRS = ("1e-3", "1e-6", "1e-9", "touching")
# The violation at a witness may differ from the named hair by this factor; neighbouring hairs are 1000 apart.
HAIR_SLACK = 31


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


# -------------------------------------------------------------------------------------------------- the witness


def violation(pair: Pair) -> tuple[float, bool]:
    """The relative size of the violation at the witness, and whether a comparison fails there at all.

    The size is 0 where a strict comparison fails by equality.
    """
    failing = []
    for link in parse(pair.false):
        gap = relative_gap(link, pair.witness)
        if not is_kept(link, gap):
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
