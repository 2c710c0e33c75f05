"""Threads that share a list of tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """A context in which `map` does its tasks on so many threads; with one, on the calling thread itself.

    An interrupt, or an error in a task, ends it as soon as the tasks at hand are done; no other is begun.
    """

    def __init__(self, threads: int):
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def map(self, task: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """task(item) for each item, in order."""
        return list(map(task, items) if self.pool is None else self.pool.map(task, items))
