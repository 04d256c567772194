"""The magnetosphere: its boundaries, what couples it to the wind, convection, plasmasphere and storms."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "bow_shock",
        "convection",
        "coupling",
        "magnetopause",
        "plasmasphere",
        "ring_current",
        "storms",
    ],
)
