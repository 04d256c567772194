"""The aurora: where it is and what power it carries."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(__name__, submodules=["oval", "precipitation"])
