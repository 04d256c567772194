"""Observations: embedded events, indices, readers of every usual format, gaps, and writing that cannot be half done."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "cdf",
        "dataset",
        "events",
        "gaps",
        "hapi",
        "indices",
        "netcdf",
        "omni",
        "opening",
        "readers",
        "swmf",
        "swpc",
        "tables",
        "writing",
    ],
    submod_attrs={
        "events": ["load_event"],
        "gaps": ["fill_gaps", "regular_grid"],
        "hapi": ["read_hapi"],
        "indices": ["observed_indices", "read_indices"],
        "readers": ["read"],
        "writing": ["write_netcdf", "write_text"],
    },
)
