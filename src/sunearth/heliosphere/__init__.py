"""The solar wind and what it carries, from the Sun to the Earth."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "cme",
        "energetic_particles",
        "foreshock",
        "parker_wind",
        "propagation",
        "sheet",
        "shock_acceleration",
        "shock_normals",
        "shocks",
        "spiral",
        "streams",
        "upwind",
        "wind",
    ],
)
