"""The chain: from measured solar wind to effects on Earth, one stage after another."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "electrons",
        "ensemble",
        "field_lines",
        "inner_magnetosphere",
        "launch",
        "places",
        "prepare",
        "run",
        "scenario",
        "score",
        "score_boundaries",
        "stages",
        "summary",
        "sun",
        "variables",
    ],
    submod_attrs={
        "ensemble": ["run_ensemble"],
        "run": ["run_chain"],
        "scenario": ["Scenario"],
        "stages": ["STAGES"],
        "summary": ["summarise"],
    },
)
