"""CuPy's part played by the processor: the CUDA kernels compiled as C++, run one thread after the other.

What is tested with it is the text of the kernels and the module that launches them; the device itself is not.
"""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

COMPILER = shutil.which("g++") or shutil.which("clang++")
_HEADER = Path(__file__).with_name("cuda_on_host.h")
_C_TYPES = {
    np.dtype(np.int32): ctypes.c_int, np.dtype(np.uint32): ctypes.c_uint, np.dtype(np.int64): ctypes.c_longlong,
    np.dtype(np.uintp): ctypes.c_void_p,
}  # fmt: skip


@lru_cache(maxsize=64)
def library(code: str, extra: str = "") -> ctypes.CDLL:
    """The kernels as a shared library; `extra` is C++ that follows them."""
    assert COMPILER is not None
    text = _HEADER.read_text(encoding="utf-8") + code + extra
    folder = Path(tempfile.gettempdir()) / f"gradproof-host-{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    folder.mkdir(exist_ok=True)
    built = folder / "kernels.so"
    if not built.exists():
        (folder / "kernels.cpp").write_text(text, encoding="utf-8")
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".so", delete=False) as part:
            options = ["-std=c++14", "-O1", "-march=native", "-ffp-contract=off", "-fPIC", "-shared", "-w"]
            subprocess.run([COMPILER, *options, str(folder / "kernels.cpp"), "-o", part.name], check=True)
        Path(part.name).replace(built)
    return ctypes.CDLL(str(built))


class DeviceArray(np.ndarray):
    """An array with CuPy's `get`."""

    def get(self, stream: Any = None, out: np.ndarray | None = None, blocking: bool = True) -> np.ndarray:
        if out is None:
            return np.array(self)
        out[...] = self
        return out


class Kernel:
    """A kernel with CuPy's way of calling it."""

    def __init__(self, code: str, name: str):
        self.library, self.name = library(code), name

    def __call__(self, grid: tuple[int], block: tuple[int], arguments: tuple[Any, ...]) -> None:
        given = [
            ctypes.c_void_p(value.ctypes.data) if isinstance(value, np.ndarray) else _C_TYPES[value.dtype](value.item())
            for value in arguments
        ]
        # A reduction waits for the other threads of its block, so there it is the only one.
        threads = 1 if self.name == "extremes" else block[0]
        place = {
            name: ctypes.c_uint.in_dll(self.library, name) for name in ("blockIdx", "threadIdx", "blockDim", "gridDim")
        }
        place["gridDim"].value, place["blockDim"].value = grid[0], threads
        run = getattr(self.library, self.name)
        for place["blockIdx"].value in range(grid[0]):
            for place["threadIdx"].value in range(threads):
                run(*given)


class Cupy:
    """What `numerics.sweeping.cuda.launch` takes of CuPy, with so many bytes of memory for one array."""

    def __init__(self, largest: int = 2**40, free: int = 2**40):
        self.largest, self.launches = largest, []
        self.cuda = _Cuda(free)

    def RawModule(self, code: str, options: tuple[str, ...]) -> _Module:
        return _Module(self, code)

    def asarray(self, values: np.ndarray) -> DeviceArray:
        return np.ascontiguousarray(values).view(DeviceArray)

    def empty(self, shape: Any, dtype: Any) -> DeviceArray:
        array = np.empty(shape, dtype)
        if array.nbytes > self.largest:
            raise OutOfMemoryError(f"{array.nbytes} bytes")
        if array.dtype.kind == "f":
            array[...] = np.nan
        return array.view(DeviceArray)

    def get_default_memory_pool(self) -> Cupy:
        return self

    def free_bytes(self) -> int:
        return 0


class _Module:
    def __init__(self, cupy: Cupy, code: str):
        self.cupy, self.code = cupy, code

    def get_function(self, name: str) -> Any:
        self.cupy.launches.append(name)
        return Kernel(self.code, name)


class OutOfMemoryError(MemoryError):
    pass


class _Cuda:
    def __init__(self, free: int):
        self.memory = self.runtime = self
        self.id = 0
        self.OutOfMemoryError = OutOfMemoryError
        self.mem_info, self.attributes = (free, free), {"MultiProcessorCount": 1}

    def Device(self) -> _Cuda:
        return self

    def getDeviceProperties(self, device: int) -> dict[str, bytes]:
        return {"name": b"a processor that plays the device"}

    def Stream(self, non_blocking: bool) -> _Stream:
        return _Stream()

    def alloc_pinned_memory(self, size: int) -> bytearray:
        return bytearray(size)


class _Stream:
    def __enter__(self) -> _Stream:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def record(self) -> _Stream:
        return self

    def wait_event(self, event: _Stream) -> None:
        pass

    def synchronize(self) -> None:
        pass


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Cupy]]:
    """installed(…): puts a stand-in of CuPy with these arguments in its place."""
    from numerics.sweeping import device
    from numerics.sweeping.cuda import launch

    if COMPILER is None:
        pytest.skip("there is no C++ compiler (g++ or clang++)")

    def install(*arguments: int) -> Cupy:
        cupy = Cupy(*arguments)
        launch.kernels.cache_clear()
        monkeypatch.setitem(sys.modules, "cupy", cupy)
        monkeypatch.setattr(device, "missing_device", lambda: None)
        return cupy

    yield install
    launch.kernels.cache_clear()


@pytest.fixture
def cupy(installed: Callable[..., Cupy]) -> Cupy:
    return installed()
