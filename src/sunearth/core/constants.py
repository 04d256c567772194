"""Physical constants in SI: CODATA through SciPy, IAU nominal solar values, the IGRF-14 dipole.

`book` holds the rounded set of the textbook that the package's catalogue was drawn from. It reproduces that book's
numbers and is used nowhere else.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Final

import numpy as np
from scipy import constants as _codata

SPEED_OF_LIGHT: Final = _codata.c
"""m/s"""
ELEMENTARY_CHARGE: Final = _codata.e
"""C"""
BOLTZMANN: Final = _codata.k
"""J/K"""
GRAVITATION: Final = _codata.G
"""m^3 kg^-1 s^-2"""
VACUUM_PERMEABILITY: Final = _codata.mu_0
"""H/m"""
VACUUM_PERMITTIVITY: Final = _codata.epsilon_0
"""F/m"""
PROTON_MASS: Final = _codata.m_p
"""kg"""
ELECTRON_MASS: Final = _codata.m_e
"""kg"""
ALPHA_MASS: Final = _codata.physical_constants["alpha particle mass"][0]
"""kg"""
ASTRONOMICAL_UNIT: Final = _codata.au
"""m (IAU 2012)"""
SOLAR_RADIUS: Final = 6.957e8
"""m (IAU 2015 nominal)"""
SOLAR_GM: Final = 1.3271244e20
"""m^3 s^-2 (IAU 2015 nominal)"""
EARTH_RADIUS: Final = 6.3712e6
"""m, the reference sphere of IGRF: 1 R_E everywhere in the package"""
ELLIPSOID_EQUATOR: Final = 6378.137
"""km, equatorial radius of the ellipsoid of the World Geodetic System 1984"""
ELLIPSOID_POLE: Final = 6378.137 * (1.0 - 1.0 / 298.257223563)
"""km, its polar radius"""
EARTH_ROTATION: Final = 7.292115e-5
"""rad/s, sidereal (IERS)"""
GEOSYNCHRONOUS_RADIUS: Final = 42164.17e3 / EARTH_RADIUS
"""R_E, geocentric"""

# IGRF-14 dipole coefficients g10, g11, h11 in nT at the start of each year (Alken et al. / IAGA V-MOD, 2024,
# doi:10.5281/zenodo.14012302); 2030 follows from the predicted secular variation of 2025-2030.
IGRF14_DIPOLE_EPOCHS: Final = np.arange(1900.0, 2031.0, 5.0)
IGRF14_DIPOLE: Final = np.array(
    [
        [-31543.0, -2298.0, 5922.0],
        [-31464.0, -2298.0, 5909.0],
        [-31354.0, -2297.0, 5898.0],
        [-31212.0, -2306.0, 5875.0],
        [-31060.0, -2317.0, 5845.0],
        [-30926.0, -2318.0, 5817.0],
        [-30805.0, -2316.0, 5808.0],
        [-30715.0, -2306.0, 5812.0],
        [-30654.0, -2292.0, 5821.0],
        [-30594.0, -2285.0, 5810.0],
        [-30554.0, -2250.0, 5815.0],
        [-30500.0, -2215.0, 5820.0],
        [-30421.0, -2169.0, 5791.0],
        [-30334.0, -2119.0, 5776.0],
        [-30220.0, -2068.0, 5737.0],
        [-30100.0, -2013.0, 5675.0],
        [-29992.0, -1956.0, 5604.0],
        [-29873.0, -1905.0, 5500.0],
        [-29775.0, -1848.0, 5406.0],
        [-29692.0, -1784.0, 5306.0],
        [-29619.4, -1728.2, 5186.1],
        [-29554.63, -1669.05, 5077.99],
        [-29496.57, -1586.42, 4944.26],
        [-29441.46, -1501.77, 4795.99],
        [-29403.41, -1451.37, 4653.35],
        [-29350.0, -1410.3, 4545.5],
        [-29287.0, -1360.3, 4438.0],
    ]
)
"""nT, one row (g10, g11, h11) an epoch"""
DIPOLE_EQUATORIAL_FIELD: Final = float(np.linalg.norm(IGRF14_DIPOLE[IGRF14_DIPOLE_EPOCHS == 2020.0][0]))
"""nT, surface field of the centred dipole at its equator in 2020"""
DIPOLE_MOMENT: Final = 4e-9 * np.pi * DIPOLE_EQUATORIAL_FIELD * EARTH_RADIUS**3 / VACUUM_PERMEABILITY
"""A m^2, of the centred dipole in 2020"""

book = SimpleNamespace(
    speed_of_light=3e8,
    stefan_boltzmann=5.67e-8,
    electron_mass=9.1e-31,
    proton_mass=1.672e-27,
    vacuum_permittivity=8.854e-12,
    vacuum_permeability=4e-7 * np.pi,
    atomic_mass_unit=1.660e-27,
    boltzmann=1.38e-23,
    planck=6.63e-34,
    elementary_charge=1.60e-19,
    gravitation=6.67e-11,
    earth_radius=6.37e6,
    solar_radius=6.96e8,
    earth_mass=5.98e24,
    solar_mass=1.99e30,
    solar_constant=1380.0,
    astronomical_unit=1.5e11,
    equatorial_field=3.0e-5,
    dipole_moment=7.74e22,
    solar_surface_gravity=274.0,
    scale_height=8.47e3,
    lapse_rate=-9.8e-3,
    earth_escape_speed=11.2e3,
    solar_escape_speed=6.2e5,
    aphelion=1.52e11,
    solar_temperature=6000.0,
    earth_temperature=288.0,
    adiabatic_index_air=1.4,
    mean_molar_mass_air=28.8,
    dipole_tilt=np.deg2rad(10.0),
    specific_heat_volume=712.0,
    specific_heat_pressure=996.0,
    energy_per_ion_pair=34.0,
    rotation_rate=7.27e-5,
    gravity=9.81,
)
"""The textbook's rounded constants in SI (its printed perihelion and proton mass are misprints and are left out)."""
