"""The solver kit that the regions share."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(__name__, submodules=["advection", "diffusion", "series", "threads"])
