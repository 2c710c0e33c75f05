"""Sweeps in a zarr store: tile by tile, to be gone on with after any interruption.

A tile is one chunk of every variable, written whole or not at all (zarr writes to a file beside it and renames that),
with a checksum (CRC-32C) at its end. A tile is done when all its chunks are there and read back with the right
checksum; anything else is computed again. What the store is a sweep of stands in its attributes, and a different sweep
is not mixed into it.
"""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from numerics.sweeping import sweep as sweeps
from numerics.sweeping.engine import Plan
from numerics.sweeping.grid import Tile
from theory.errors import StatementError

VERSION = 1
_IDENTITY, _COMPLETE = "gradproof_sweep", "complete"
_BEGUN = ".begun"


class Store:
    """The zarr store at `path` for this plan: made now, or found there with the same plan. StatementError otherwise."""

    def __init__(self, path: Path, plan: Plan, said: dict[str, Any] | None = None):
        import zarr
        from zarr.errors import GroupNotFoundError

        self.path, self.plan = path, plan
        self.layout: Any = getattr(plan, "layout", sweeps)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            try:
                self.group = zarr.open_group(path, mode="r+")
            except (GroupNotFoundError, FileNotFoundError, FileExistsError, NotADirectoryError, ValueError):
                raise StatementError(f"{str(path)!r} is there and no sweep: give --out another name") from None
            self._compare()
            self._sweep_up()
        else:
            self._create(said or {})
            self.group = zarr.open_group(path, mode="r+")

    def _compare(self) -> None:
        found, wanted = dict(self.group.attrs), self.layout.identity(self.plan)
        if _IDENTITY not in found:
            raise StatementError(f"{str(self.path)!r} is a zarr store, but no sweep: give --out another name")
        for name, value in wanted.items():
            if found.get(name) != value:
                raise StatementError(
                    f"{str(self.path)!r} holds another sweep: its {name} is {found.get(name)!r}, and yours is "
                    f"{value!r}; give --out another name, or remove it"
                )

    def _sweep_up(self) -> None:
        """Removes what a process that was killed had begun to write."""
        for left in self.path.rglob("*.partial"):
            left.unlink(missing_ok=True)

    def _create(self, said: dict[str, Any]) -> None:
        # Made beside its place and moved there whole: a process that is killed leaves no half of a store at `path`.
        begun = f".{self.path.name}."
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for left in self.path.parent.glob(f"{glob.escape(begun)}*{_BEGUN}"):
            shutil.rmtree(left, ignore_errors=True)
        made = self.path.with_name(f"{begun}{os.getpid()}{_BEGUN}")
        made.mkdir()
        try:
            self._fill(made, said)
            made.rename(self.path)  # onto an empty folder too
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise

    def _fill(self, made: Path, said: dict[str, Any]) -> None:
        import zarr
        from zarr.codecs import BytesCodec, Crc32cCodec, ZstdCodec

        group = zarr.open_group(made, mode="w", zarr_format=3)
        for name, (dims, values) in self.layout.coordinates(self.plan).items():
            names = (dims,) if isinstance(dims, str) else dims
            array = group.create_array(name, shape=values.shape, dtype=values.dtype, dimension_names=names)
            array[...] = values
        for name, shape in self.layout.variable_shapes(self.plan).items():
            front = shape[: len(shape) - 3]
            dtype = self.layout.variable_dtype(self.plan, name)
            group.create_array(
                name, shape=shape, chunks=(*front, *self.plan.grid.tile_shape), dtype=dtype,
                dimension_names=self.layout.variable_dimensions(name), fill_value=np.nan if dtype != "int8" else -128,
                serializer=BytesCodec(), filters=None,
                compressors=[ZstdCodec(level=1), Crc32cCodec()] if dtype == "int8" else [Crc32cCodec()],
                config={"write_empty_chunks": True},
            )  # fmt: skip
        for name, about in getattr(self.layout, "described", lambda _: {})(self.plan).items():
            group[name].attrs.update(about)
        group.attrs.update({**self.layout.attributes(self.plan), **said, _COMPLETE: False})

    def missing(self) -> list[Tile]:
        """The tiles that are not done, each chunk of the others having been read back."""
        return [tile for tile in self.plan.grid.tiles() if not self._done(tile)]

    def _done(self, tile: Tile) -> bool:
        return all(self._sound(name, tile) for name in self.plan.want)

    def _sound(self, name: str, tile: Tile) -> bool:
        array: Any = self.group[name]
        place = [part.start // step for part, step in zip(tile.region, self.plan.grid.tile_shape, strict=True)]
        front = [0] * (array.ndim - 3)
        if not (self.path / name / "c" / Path(*map(str, front + place))).exists():
            return False
        try:
            array[(..., *tile.region)]
        except (ValueError, OSError, RuntimeError):
            return False
        return True

    def write(self, tile: Tile, found: dict[str, np.ndarray]) -> None:
        """Every variable of the tile; OSError where there is no room for it."""
        for name, values in found.items():
            self.group[name][(..., *tile.region)] = values  # pyright: ignore[reportIndexIssue, reportArgumentType]

    def read(self, tile: Tile) -> dict[str, np.ndarray]:
        return {name: np.asarray(self.group[name][(..., *tile.region)]) for name in self.plan.want}  # pyright: ignore

    def run(self, wanted: list[Tile] | None = None, threads: int | None = None) -> Iterator[Tile]:
        """Computes and writes what is missing, `wanted` if that is known already, and yields each tile that is done."""
        wanted = self.missing() if wanted is None else wanted
        if wanted:
            yield from sweeps.tiles_computed(self.plan, wanted, self.write, threads)
        self.group.attrs[_COMPLETE] = True

    def opened(self) -> Any:
        """The store as an xarray.Dataset, read as it is needed."""
        return opened(self.path)


def opened(path: Path) -> Any:
    """A sweep.zarr as an xarray.Dataset. StatementError where it is none."""
    import xarray
    import zarr
    from zarr.errors import GroupNotFoundError

    try:
        group = zarr.open_group(path, mode="r")
    except (GroupNotFoundError, FileNotFoundError, FileExistsError, NotADirectoryError, ValueError):
        raise StatementError(f"{str(path)!r} is no sweep: give the folder that gradproof sweep --out wrote") from None
    if _IDENTITY not in group.attrs:
        raise StatementError(f"{str(path)!r} is a zarr store, but no sweep: give one that gradproof sweep --out wrote")
    return xarray.open_zarr(path, consolidated=False, chunks=None)
