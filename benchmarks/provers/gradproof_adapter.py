"""gradproof inside a running Python: the time of `settle`, without the interpreter's start and the imports."""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    task = json.load(sys.stdin)
    from gradproof import __version__
    from numerics import settle
    from theory import parse_claim

    began = time.monotonic()
    verdict = settle(parse_claim(task["statement"], where=[task["where"]]), task["limit"])
    inside = time.monotonic() - began
    print(json.dumps({"verdict": str(verdict.outcome), "inside": inside, "version": __version__}))


main()
