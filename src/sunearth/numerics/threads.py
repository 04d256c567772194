"""Compiled loops over independent rows, spread over threads."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait


def spread(kernel: Callable[[int, int], object], count: int, chunk: int | None = None) -> None:
    """Run a compiled loop over `count` independent rows, in chunks, on all processors.

    Parameters
    ----------
    kernel : callable
        Called as ``kernel(start, stop)``; writes the rows of that slice into arrays that it was built on. It must
        release the interpreter lock (``nogil=True``) to gain anything.
    count : int
        Number of rows.
    chunk : int, optional
        Rows in a chunk; the default makes eight chunks a thread, so that rows of unequal cost balance. As many rows as
        fit in one chunk run in the calling thread.

    Notes
    -----
    Plain threads rather than Numba's parallel loops: calls from several threads at once are safe on every platform,
    compilation is shorter, an interrupt is answered at the next chunk, and no pool outlives the call. The number of
    threads follows ``NUMBA_NUM_THREADS``.

    Examples
    --------
    >>> import numpy as np
    >>> squares = np.empty(1000)
    >>> def fill(start, stop):
    ...     squares[start:stop] = np.arange(start, stop) ** 2
    >>> spread(fill, 1000, chunk=100)
    >>> float(squares[-1])
    998001.0
    """
    threads = thread_count()
    if chunk is None:
        chunk = max(1, math.ceil(count / (8 * threads)))
    if threads == 1 or count <= chunk:
        for start in range(0, count, max(chunk, 1)):
            kernel(start, min(start + chunk, count))
        return
    with ThreadPoolExecutor(threads) as pool:
        parts = [pool.submit(kernel, start, min(start + chunk, count)) for start in range(0, count, chunk)]
        try:
            done, _ = wait(parts, return_when=FIRST_EXCEPTION)
        finally:
            for part in parts:
                part.cancel()
        for part in done:
            part.result()


def thread_count() -> int:
    """Return how many threads compiled loops use.

    Examples
    --------
    >>> thread_count() >= 1
    True
    """
    from numba import config

    return int(config.NUMBA_NUM_THREADS)
