"""The Sun: its body, its light, its corona and its activity."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "activity",
        "corona",
        "dynamo",
        "eruptions",
        "flares",
        "interior",
        "irradiance",
        "radiation",
        "radio",
        "rotation",
        "source_surface",
    ],
)
