"""PTX of the CUDA kernels, by nvcc or NVRTC, and what is in it. Neither needs a GPU."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import tempfile
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from numerics.sweeping.cuda.source import OPTIONS

ARCHITECTURE = "compute_80"
NVCC = shutil.which("nvcc")
_ENTRY = re.compile(r"\.entry (\w+)\(.*?\n\{(.*?)\n\}", re.DOTALL)


@lru_cache(maxsize=1)
def nvrtc() -> ctypes.CDLL | None:
    """NVRTC from NVIDIA's wheels (they come with cupy-cuda12x[ctk]), if they are installed."""
    spec = find_spec("nvidia")
    for folder in spec.submodule_search_locations or () if spec else ():
        for path in sorted(Path(folder).glob("*/lib*/libnvrtc.so.*")):
            if "alt" not in path.name:
                return ctypes.CDLL(str(path))
    return None


def by_nvcc(code: str) -> str:
    """The PTX, with warnings as errors."""
    assert NVCC is not None
    with tempfile.TemporaryDirectory() as folder:
        text, ptx = Path(folder) / "kernel.cu", Path(folder) / "kernel.ptx"
        text.write_text(code, encoding="utf-8")
        # A step may have numbers and names that only one of its results needs.
        options = ["-ptx", f"-arch={ARCHITECTURE}", *OPTIONS, "-Werror", "all-warnings", "-diag-suppress", "177"]
        subprocess.run([NVCC, *options, str(text), "-o", str(ptx)], check=True, capture_output=True, text=True)
        return ptx.read_text(encoding="utf-8")


def by_nvrtc(code: str) -> str:
    library = nvrtc()
    assert library is not None
    program, size = ctypes.c_void_p(), ctypes.c_size_t()
    assert library.nvrtcCreateProgram(ctypes.byref(program), code.encode(), b"kernel.cu", 0, None, None) == 0
    options = [f"--gpu-architecture={ARCHITECTURE}".encode(), *(option.encode() for option in OPTIONS)]
    status = library.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
    kind = "PTX" if status == 0 else "ProgramLog"
    getattr(library, f"nvrtcGet{kind}Size")(program, ctypes.byref(size))
    text = ctypes.create_string_buffer(size.value)
    getattr(library, f"nvrtcGet{kind}")(program, text)
    library.nvrtcDestroyProgram(ctypes.byref(program))
    assert status == 0, text.value.decode()
    return text.value.decode()


def entries(ptx: str) -> dict[str, str]:
    """The body of each kernel."""
    return {match[1]: match[2] for match in _ENTRY.finditer(ptx)}


def instructions(body: str) -> list[str]:
    """The names of the instructions, without predicates."""
    return [
        words[1] if words[0].startswith("@") else words[0]
        for line in body.splitlines()
        if (words := line.strip().rstrip(";").split()) and line.strip().endswith(";") and not words[0].startswith(".")
    ]
