"""The benchmark of the GPU without one: its workloads on the processor, and its arithmetic."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from cuda_on_host import Cupy


@pytest.fixture
def benchmark_of_the_gpu() -> Any:
    path = Path(__file__).parent.parent / "benchmarks" / "bench_sweep_gpu.py"
    spec = importlib.util.spec_from_file_location("bench_sweep_gpu", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_benchmark_measures_all_workloads_and_sees_a_broken_promise(
    benchmark_of_the_gpu: Any, cupy: Cupy, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = benchmark_of_the_gpu
    monkeypatch.setattr(bench, "RIVALS", {})
    monkeypatch.setattr(bench, "DEEP", 3000)
    monkeypatch.setattr(bench, "DTYPES", ("float64",))
    options = argparse.Namespace(theta=2, x=2, alpha=2, repeats=1, seconds=10)
    runs = bench.all_runs(options, {"float64": 1e30})
    assert [run.workload for run in runs] == ["W1", "W3", "W4", "W4", "W2"]
    assert all(run.error <= 1e-12 for run in runs[:2])
    assert len([line for line in bench.broken(runs) if "of the limit" in line]) == 2
    rival = bench.Run("W1", "float64", "CuPy arrays", runs[0].seconds * 4, runs[0].layer_points)
    assert any("4.0 times CuPy arrays, not 5" in line for line in bench.broken([*runs, rival]))
    assert all(run.workload in bench.table(runs) for run in runs)


def test_the_limit_is_that_of_the_busiest_pipe(benchmark_of_the_gpu: Any) -> None:
    where = benchmark_of_the_gpu.Device("H", (9, 0), 100, 1e9)
    doubles = ["ld.global.f64", *["fma.rn.f64"] * 32, "rcp.approx.ftz.f64", "mov.f64", "shl.b32"]
    assert where.limit(doubles, "float64") == 100 * 1e9 * 64 / 32
    assert where.limit(["rcp.approx.ftz.f32"] * 2 + ["fma.rn.f32"] * 8, "float32") == 100 * 1e9 * 16 / 2
    assert where.limit(["fma.rn.f32"] * 64 + ["shl.b32"] * 64, "float32") == 100 * 1e9
    assert benchmark_of_the_gpu.Device("new", (99, 0), 100, 1e9).limit(doubles, "float64") is None


def test_without_a_gpu_the_benchmark_says_so(
    benchmark_of_the_gpu: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(benchmark_of_the_gpu, "missing_device", lambda: "CuPy finds no GPU")
    monkeypatch.setattr(sys, "argv", ["bench_sweep_gpu.py"])
    assert benchmark_of_the_gpu.main() == 2
    assert "CuPy finds no GPU" in capsys.readouterr().err
