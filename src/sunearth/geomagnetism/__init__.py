"""The geomagnetic field, the frames of reference tied to it, and what moves along its lines."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "apex",
        "cutoff",
        "dipole",
        "dynamo",
        "field",
        "field_fit",
        "frames",
        "igrf",
        "invariants",
        "main_field",
        "paleo",
        "particles",
        "tracing",
        "trapped",
        "tsyganenko",
        "tsyganenko_drivers",
    ],
)
