"""The program `gradproof`, and `python -m gradproof`."""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback

from gradproof.usage import MISUSED

FAULT = 70
"""The exit code EX_SOFTWARE of sysexits.h."""


def main() -> int:
    """Runs the command line; an interrupt or a reader that went away ends it without a traceback."""
    # No engine multiplies large matrices, and children are forked: a pool of BLAS threads would only be in the way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # The imports make no garbage, and looking for it takes a tenth of their time; a child collects its own.
    gc.disable()
    from gradproof.cli import run

    try:
        status = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("gradproof: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # What Python still wants to flush at its exit goes nowhere. 141 is what a shell shows for a closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            return _fault()
        # Files are written with their own care: what fails here is the output itself.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"gradproof: the output cannot be written: {error.strerror}; send it elsewhere", file=sys.stderr)
        return MISUSED
    except Exception:
        return _fault()
    return status


def _fault() -> int:
    # Python would exit with 1, and 1 means refuted.
    traceback.print_exc()
    print("gradproof: this is a fault in gradproof itself, and says nothing about the statement", file=sys.stderr)
    return FAULT


if __name__ == "__main__":
    sys.exit(main())
