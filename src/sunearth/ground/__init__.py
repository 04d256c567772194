"""Magnetic disturbance at the ground and the indices made from it."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(__name__, submodules=["indices", "variometer"])
