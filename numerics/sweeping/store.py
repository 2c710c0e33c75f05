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
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.sweeping import sweep as sweeps
from numerics.sweeping.accuracy import measured
from numerics.sweeping.engine import Plan
from numerics.sweeping.grid import AXES, Tile
from numerics.sweeping.kinds import Sweepable
from numerics.sweeping.variables import Variable
from theory.errors import StatementError

if TYPE_CHECKING:
    from numerics.sweeping.cluster import Cluster

VERSION = 1
_IDENTITY, _COMPLETE = "gradproof_sweep", "complete"
_BEGUN = ".begun"
SEEN_WITHIN = 60.0
"""Seconds after which a network disk shows at the latest what another machine wrote."""


class Store:
    """The zarr store at `path` for this plan: made now, or found there with the same plan. StatementError otherwise."""

    def __init__(self, path: Path, plan: Sweepable, said: dict[str, Any] | None = None):
        import zarr
        from zarr.errors import GroupNotFoundError

        self.path, self.plan = path, plan
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
        found, wanted = dict(self.group.attrs), sweeps.identity(self.plan)
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
        for name, (dims, values) in self.plan.coordinates().items():
            names = (dims,) if isinstance(dims, str) else dims
            array = group.create_array(name, shape=values.shape, dtype=values.dtype, dimension_names=names)
            array[...] = values
        tile_sizes = dict(zip(AXES, self.plan.grid.tile_shape, strict=True))
        for variable in self.plan.variables:
            shape, real = self.plan.shape_of(variable), variable.dtype is None
            group.create_array(
                variable.name, shape=shape, dtype=variable.stored_as(self.plan.dtype),
                dimension_names=self.plan.dimensions(variable),
                chunks=tuple(tile_sizes.get(name, size) for name, size in zip(variable.dims, shape, strict=True)),
                fill_value=variable.fill(), serializer=BytesCodec(), filters=None,
                compressors=[Crc32cCodec()] if real else [ZstdCodec(level=1), Crc32cCodec()],
                config={"write_empty_chunks": True},
            )  # fmt: skip
        for name, about in self.plan.notes().items():
            group[name].attrs.update(about)
        group.attrs.update({**sweeps.attributes(self.plan), **said, _COMPLETE: False})

    def missing(self) -> list[Tile]:
        """The tiles that are not done, each chunk of the others having been read back."""
        return [tile for tile in self.plan.grid.tiles() if not self._done(tile)]

    def _done(self, tile: Tile) -> bool:
        return all(self._sound(variable, tile) for variable in self._of(tile))

    def _of(self, tile: Tile) -> list[Variable]:
        return [variable for variable in self.plan.variables if variable.is_of(tile)]

    def _sound(self, variable: Variable, tile: Tile) -> bool:
        array, region = self._array(variable), variable.region(tile)
        place = [(part.start or 0) // step for part, step in zip(region, array.chunks, strict=True)]
        if not (self.path / variable.name / "c" / Path(*map(str, place))).exists():
            return False
        try:
            array[region]
        except (ValueError, OSError, RuntimeError):
            return False
        return True

    def _array(self, variable: Variable) -> Any:
        return self.group[variable.name]

    def write(self, tile: Tile, found: dict[str, np.ndarray]) -> None:
        """Every variable of the tile; OSError where there is no room for it."""
        for variable in self._of(tile):
            self._array(variable)[variable.region(tile)] = found[variable.name]

    def read(self, tile: Tile) -> dict[str, np.ndarray]:
        return {v.name: np.asarray(self._array(v)[v.region(tile)]) for v in self._of(tile)}

    def run(
        self, wanted: list[Tile] | None = None, threads: int | None = None, cluster: Cluster | None = None
    ) -> Iterator[Tile]:
        """Computes and writes what is missing, `wanted` if that is known already, and yields each tile that is done."""
        wanted = self.missing() if wanted is None else wanted
        if wanted and cluster is not None:
            yield from cluster.written(self.plan, wanted, self.path)
            self._arrived(wanted)
            self._sweep_up()
        elif wanted:
            yield from sweeps.tiles_computed(self.plan, wanted, self.write, threads)
        if isinstance(self.plan, Plan):
            self.group.attrs.update(measured(self.plan, self._gradients_at))
        self.group.attrs[_COMPLETE] = True

    def _arrived(self, written: list[Tile]) -> None:
        """Reads back what other machines wrote: the disk may not be the same one."""
        patient_until = time.monotonic() + SEEN_WITHIN
        while lost := [tile for tile in written if not self._done(tile)]:
            if time.monotonic() > patient_until:
                raise StatementError(
                    f"{len(lost)} of {len(written)} tiles that the workers wrote are not in {str(self.path)!r}: give "
                    "a store on a disk that all machines share"
                )
            time.sleep(1)
            written = lost

    def _gradients_at(self, place: tuple[int, ...]) -> Any:
        array: Any = self.group["log_gradient"]
        return array[(slice(None), *place)]

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
