"""The magnetosphere: its boundaries, what couples it to the wind, convection, plasmasphere and storms."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "bow_shock",
        "convection",
        "corotation",
        "coupling",
        "crossings",
        "cusp",
        "depletion_layer",
        "diffusion_region",
        "field_line_resonance",
        "flux_transfer_events",
        "kelvin_helmholtz",
        "magnetopause",
        "magnetopause_sheet",
        "magnetopause_surface",
        "magnetosheath",
        "mhd_waves",
        "obstacle_flow",
        "open_flux",
        "plasma_relations",
        "plasma_sheet",
        "plasmasphere",
        "pulsations",
        "reconnection",
        "ring_current",
        "storms",
        "substorms",
        "tail",
        "tearing",
        "x_line",
    ],
)
