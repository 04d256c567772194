"""The Sun-Earth system in Python: from measured solar wind to effects on Earth.

>>> import sunearth
>>> r = sunearth.magnetosphere.magnetopause.shue_1998(theta=0.0, p_dyn=2.0, b_z=-5.0)
>>> print(f"{r:.2f} R_E")
9.81 R_E
"""

from __future__ import annotations

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "aurora",
        "chain",
        "core",
        "data",
        "geomagnetism",
        "ground",
        "heliosphere",
        "impacts",
        "ionosphere",
        "magnetosphere",
        "sun",
        "view",
    ],
    submod_attrs={
        "core.registry": ["all_models", "cite", "find_model"],
        "chain.run": ["run"],
        "data.events": ["events", "load_event"],
        "data.readers": ["read"],
    },
)
