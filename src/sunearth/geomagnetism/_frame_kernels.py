"""Compiled loops of the frames: the almanac of the Sun and the Earth's axis, and the rotation of vectors by it.

Everything slow (Sun, ecliptic, precession, nutation, dipole) is computed once for each midnight and interpolated
between four midnights; only the spin of the Earth is computed for each epoch. The axes of every frame are held in the
true equator and equinox of date. A frame is one axis and a second direction that fixes the plane of another axis, so
that each is orthonormal to rounding however its directions were interpolated.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# Heliocentric longitude of the Earth on the ecliptic and from the mean equinox of date: VSOP87D (Bretagnon and
# Francou 1988, Astron. Astrophys. 202, 309) as shortened by Meeus (1998, Astronomical Algorithms, appendix III).
# Columns: power of time, amplitude in 1e-8 rad, phase in rad, rate in rad per thousand Julian years.
EARTH_LONGITUDE = np.array(
    [
        [0, 175347046.0, 0.0, 0.0],
        [0, 3341656.0, 4.6692568, 6283.07585],
        [0, 34894.0, 4.6261, 12566.1517],
        [0, 3497.0, 2.7441, 5753.3849],
        [0, 3418.0, 2.8289, 3.5231],
        [0, 3136.0, 3.6277, 77713.7715],
        [0, 2676.0, 4.4181, 7860.4194],
        [0, 2343.0, 6.1352, 3930.2097],
        [0, 1324.0, 0.7425, 11506.7698],
        [0, 1273.0, 2.0371, 529.691],
        [0, 1199.0, 1.1096, 1577.3435],
        [0, 990.0, 5.233, 5884.927],
        [0, 902.0, 2.045, 26.298],
        [0, 857.0, 3.508, 398.149],
        [0, 780.0, 1.179, 5223.694],
        [0, 753.0, 2.533, 5507.553],
        [0, 505.0, 4.583, 18849.228],
        [0, 492.0, 4.205, 775.523],
        [0, 357.0, 2.92, 0.067],
        [0, 317.0, 5.849, 11790.629],
        [0, 284.0, 1.899, 796.298],
        [0, 271.0, 0.315, 10977.079],
        [0, 243.0, 0.345, 5486.778],
        [0, 206.0, 4.806, 2544.314],
        [0, 205.0, 1.869, 5573.143],
        [0, 202.0, 2.458, 6069.777],
        [0, 156.0, 0.833, 213.299],
        [0, 132.0, 3.411, 2942.463],
        [0, 126.0, 1.083, 20.775],
        [0, 115.0, 0.645, 0.98],
        [0, 103.0, 0.636, 4694.003],
        [0, 102.0, 0.976, 15720.839],
        [0, 102.0, 4.267, 7.114],
        [0, 99.0, 6.21, 2146.17],
        [0, 98.0, 0.68, 155.42],
        [0, 86.0, 5.98, 161000.69],
        [0, 85.0, 1.3, 6275.96],
        [0, 85.0, 3.67, 71430.7],
        [0, 80.0, 1.81, 17260.15],
        [0, 79.0, 3.04, 12036.46],
        [0, 75.0, 1.76, 5088.63],
        [0, 74.0, 3.5, 3154.69],
        [0, 74.0, 4.68, 801.82],
        [0, 70.0, 0.83, 9437.76],
        [0, 62.0, 3.98, 8827.39],
        [0, 61.0, 1.82, 7084.9],
        [0, 57.0, 2.78, 6286.6],
        [0, 56.0, 4.39, 14143.5],
        [0, 56.0, 3.47, 6279.55],
        [0, 52.0, 0.19, 12139.55],
        [0, 52.0, 1.33, 1748.02],
        [0, 51.0, 0.28, 5856.48],
        [1, 628331966747.0, 0.0, 0.0],
        [1, 206059.0, 2.678235, 6283.07585],
        [1, 4303.0, 2.6351, 12566.1517],
        [1, 425.0, 1.59, 3.523],
        [1, 119.0, 5.796, 26.298],
        [1, 109.0, 2.966, 1577.344],
        [1, 93.0, 2.59, 18849.23],
        [2, 52919.0, 0.0, 0.0],
        [2, 8720.0, 1.0721, 6283.0758],
        [2, 309.0, 0.867, 12566.152],
        [3, 289.0, 5.844, 6283.076],
    ]
)

# Nutation of the IAU 1980 theory, the terms above 0.005 arcsec (Seidelmann 1982, Celest. Mech. 27, 79).
# Columns: multiples of D, M, M', F and the node; longitude and obliquity in 1e-4 arcsec, each with its change in a
# century.
NUTATION = np.array(
    [
        [0, 0, 0, 0, 1, -171996.0, -174.2, 92025.0, 8.9],
        [-2, 0, 0, 2, 2, -13187.0, -1.6, 5736.0, -3.1],
        [0, 0, 0, 2, 2, -2274.0, -0.2, 977.0, -0.5],
        [0, 0, 0, 0, 2, 2062.0, 0.2, -895.0, 0.5],
        [0, 1, 0, 0, 0, 1426.0, -3.4, 54.0, -0.1],
        [0, 0, 1, 0, 0, 712.0, 0.1, -7.0, 0.0],
        [-2, 1, 0, 2, 2, -517.0, 1.2, 224.0, -0.6],
        [0, 0, 0, 2, 1, -386.0, -0.4, 200.0, 0.0],
        [0, 0, 1, 2, 2, -301.0, 0.0, 129.0, -0.1],
        [-2, -1, 0, 2, 2, 217.0, -0.5, -95.0, 0.3],
        [-2, 0, 1, 0, 0, -158.0, 0.0, 0.0, 0.0],
        [-2, 0, 0, 2, 1, 129.0, 0.1, -70.0, 0.0],
        [0, 0, -1, 2, 2, 123.0, 0.0, -53.0, 0.0],
        [2, 0, 0, 0, 0, 63.0, 0.0, 0.0, 0.0],
        [0, 0, 1, 0, 1, 63.0, 0.1, -33.0, 0.0],
        [2, 0, -1, 2, 2, -59.0, 0.0, 26.0, 0.0],
        [0, 0, -1, 0, 1, -58.0, -0.1, 32.0, 0.0],
        [0, 0, 1, 2, 1, -51.0, 0.0, 27.0, 0.0],
    ]
)
# D, M, M', F and the node: degrees at J2000, degrees a century and its square.
NUTATION_ARGUMENTS = np.array(
    [
        [297.85036, 445267.111480, -0.0019142],
        [357.52772, 35999.050340, -0.0001603],
        [134.96298, 477198.867398, 0.0086972],
        [93.27191, 483202.017538, -0.0036825],
        [125.04452, -1934.136261, 0.0020708],
    ]
)

ARCSECOND = math.pi / 648000.0
TURN = 2.0 * math.pi
DAY = 86_400_000_000_000
"""ns"""
J2000_DAY = 10957
"""Days from 1970 to 2000-01-01"""
OBLIQUITY_J2000 = 84381.406
"""arcsec (IAU 2006)"""
NOT_A_TIME = np.iinfo(np.int64).min

BLOCK = 512
"""Midnights that are computed together; each block is followed by what interpolation needs beyond it."""
ROWS = BLOCK + 3

# Columns of the almanac: a number, or the first of three components in the true equator and equinox of date
# (those of the dipole are fixed to the Earth).
EQUINOX = 0
SUN = 1
ECLIPTIC_POLE = 4
DIPOLE = 7
MEAN_X = 10
MEAN_Z = 13
J2000_X = 16
J2000_Z = 19
J2000_ECLIPTIC_POLE = 22
COLUMNS = 25

GEI, GEO, MAG, GSE, GSM, SM, GSW, MOD, J2000, GSE2000 = range(10)


@njit(cache=True, nogil=True)
def nutation(centuries):  # type: ignore[no-untyped-def]
    """Nutation in longitude and in obliquity, rad."""
    longitude, obliquity = 0.0, 0.0
    for term in range(NUTATION.shape[0]):
        angle = 0.0
        for k in range(5):
            if NUTATION[term, k] != 0.0:
                argument = NUTATION_ARGUMENTS[k, 0] + centuries * (
                    NUTATION_ARGUMENTS[k, 1] + centuries * NUTATION_ARGUMENTS[k, 2]
                )
                angle += NUTATION[term, k] * argument
        angle = math.radians(angle % 360.0)
        longitude += (NUTATION[term, 5] + NUTATION[term, 6] * centuries) * math.sin(angle)
        obliquity += (NUTATION[term, 7] + NUTATION[term, 8] * centuries) * math.cos(angle)
    return longitude * 1e-4 * ARCSECOND, obliquity * 1e-4 * ARCSECOND


@njit(cache=True, nogil=True)
def mean_obliquity(centuries):  # type: ignore[no-untyped-def]
    """Mean obliquity of the ecliptic, rad (IAU 2006: Capitaine et al. 2003, Astron. Astrophys. 412, 567, eq. 37)."""
    t = centuries
    return (OBLIQUITY_J2000 + t * (-46.836769 + t * (-0.0001831 + t * 0.00200340))) * ARCSECOND


@njit(cache=True, nogil=True)
def sun_longitude(centuries):  # type: ignore[no-untyped-def]
    """Apparent longitude of the Sun on the ecliptic from the mean equinox of date, rad (Meeus 1998, chapter 25)."""
    tau = centuries / 10.0
    longitude = 0.0
    for term in range(EARTH_LONGITUDE.shape[0]):
        power = EARTH_LONGITUDE[term, 0]
        value = EARTH_LONGITUDE[term, 1] * math.cos(EARTH_LONGITUDE[term, 2] + EARTH_LONGITUDE[term, 3] * tau)
        for k in range(3):
            if power > k:
                value *= tau
        longitude += value
    anomaly = math.radians(357.52911 + 35999.05029 * centuries)
    distance = 1.000140 - 0.016708 * math.cos(anomaly) - 0.000139 * math.cos(2.0 * anomaly)
    # From the Earth the Sun is opposite; then the step to the FK5 equinox, and aberration.
    return longitude * 1e-8 + math.pi - (0.09033 + 20.4898 / distance) * ARCSECOND


@njit(cache=True, nogil=True)
def about_x(angle, x, y, z):  # type: ignore[no-untyped-def]
    """Components in axes turned about x by an angle."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return x, cosine * y + sine * z, -sine * y + cosine * z


@njit(cache=True, nogil=True)
def about_y(angle, x, y, z):  # type: ignore[no-untyped-def]
    """Components in axes turned about y by an angle."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return cosine * x - sine * z, y, sine * x + cosine * z


@njit(cache=True, nogil=True)
def about_z(angle, x, y, z):  # type: ignore[no-untyped-def]
    """Components in axes turned about z by an angle."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return cosine * x + sine * y, -sine * x + cosine * y, z


@njit(cache=True, nogil=True)
def precess(centuries, x, y, z):  # type: ignore[no-untyped-def]
    """From the mean equator and equinox of J2000 to those of date (Capitaine et al. 2003, eq. 40)."""
    t = centuries
    zeta = 2.650545 + t * (2306.083227 + t * (0.2988499 + t * 0.01801828))
    turn = -2.650545 + t * (2306.077181 + t * (1.0927348 + t * 0.01826837))
    theta = t * (2004.191903 + t * (-0.4294934 - t * 0.04182264))
    x, y, z = about_z(-zeta * ARCSECOND, x, y, z)
    x, y, z = about_y(theta * ARCSECOND, x, y, z)
    return about_z(-turn * ARCSECOND, x, y, z)


@njit(cache=True, nogil=True)
def nutate(obliquity, longitude_change, obliquity_change, x, y, z):  # type: ignore[no-untyped-def]
    """From the mean to the true equator and equinox of date."""
    x, y, z = about_x(obliquity, x, y, z)
    x, y, z = about_z(-longitude_change, x, y, z)
    return about_x(-obliquity - obliquity_change, x, y, z)


@njit(cache=True, nogil=True)
def put(row, column, vector):  # type: ignore[no-untyped-def]
    """Write three components into a row of the almanac."""
    row[column], row[column + 1], row[column + 2] = vector


@njit(cache=True, nogil=True)
def fill_almanac(days, table):  # type: ignore[no-untyped-def]
    """Fill all but the dipole for moments given in days of terrestrial time since J2000."""
    for k in range(days.size):
        t = days[k] / 36525.0
        row = table[k]
        longitude_change, obliquity_change = nutation(t)
        obliquity = mean_obliquity(t)
        # Greenwich apparent sidereal time less the Earth rotation angle: precession (Capitaine et al. 2003, eq. 42)
        # and the equation of the equinoxes with its two largest complementary terms (IERS Conventions 2003).
        precession = 0.014506 + t * (4612.156534 + t * (1.3915817 - t * 0.00000044))
        node = math.radians((NUTATION_ARGUMENTS[4, 0] + NUTATION_ARGUMENTS[4, 1] * t) % 360.0)
        complement = 0.00264 * math.sin(node) + 0.00006 * math.sin(2.0 * node)
        row[EQUINOX] = (precession + complement) * ARCSECOND + longitude_change * math.cos(obliquity)
        longitude = sun_longitude(t) + longitude_change
        true_obliquity = obliquity + obliquity_change
        put(row, SUN, about_x(-true_obliquity, math.cos(longitude), math.sin(longitude), 0.0))
        put(row, ECLIPTIC_POLE, about_x(-true_obliquity, 0.0, 0.0, 1.0))
        put(row, MEAN_X, nutate(obliquity, longitude_change, obliquity_change, 1.0, 0.0, 0.0))
        put(row, MEAN_Z, nutate(obliquity, longitude_change, obliquity_change, 0.0, 0.0, 1.0))
        x, y, z = precess(t, 1.0, 0.0, 0.0)
        put(row, J2000_X, nutate(obliquity, longitude_change, obliquity_change, x, y, z))
        x, y, z = precess(t, 0.0, 0.0, 1.0)
        put(row, J2000_Z, nutate(obliquity, longitude_change, obliquity_change, x, y, z))
        x, y, z = about_x(-OBLIQUITY_J2000 * ARCSECOND, 0.0, 0.0, 1.0)
        x, y, z = precess(t, x, y, z)
        put(row, J2000_ECLIPTIC_POLE, nutate(obliquity, longitude_change, obliquity_change, x, y, z))


@njit(cache=True, nogil=True)
def weights(part):  # type: ignore[no-untyped-def]
    """Weights of the midnights before, at, after and beyond, a part of a day after one: a cubic through the four."""
    return (
        -part * (part - 1.0) * (part - 2.0) / 6.0,
        (part + 1.0) * (part - 1.0) * (part - 2.0) / 2.0,
        -(part + 1.0) * part * (part - 2.0) / 2.0,
        (part + 1.0) * part * (part - 1.0) / 6.0,
    )


@njit(cache=True, nogil=True)
def between(near, weight, column):  # type: ignore[no-untyped-def]
    """Interpolation in one column of four rows of the almanac."""
    return (
        weight[0] * near[0, column]
        + weight[1] * near[1, column]
        + weight[2] * near[2, column]
        + weight[3] * near[3, column]
    )


@njit(cache=True, nogil=True)
def direction(near, weight, column):  # type: ignore[no-untyped-def]
    """Interpolated vector of the almanac."""
    return between(near, weight, column), between(near, weight, column + 1), between(near, weight, column + 2)


@njit(cache=True, nogil=True)
def unit(x, y, z):  # type: ignore[no-untyped-def]
    """Vector of length one; nothing for no vector."""
    length = math.sqrt(x * x + y * y + z * z)
    if not length > 0.0:
        return math.nan, math.nan, math.nan
    return x / length, y / length, z / length


@njit(cache=True, nogil=True)
def cross(a, b):  # type: ignore[no-untyped-def]
    """Vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@njit(cache=True, nogil=True)
def from_x(axis, towards):  # type: ignore[no-untyped-def]
    """Axes with x along a direction and z as near as can be to another."""
    x = unit(axis[0], axis[1], axis[2])
    y = cross(towards, x)
    y = unit(y[0], y[1], y[2])
    return x, y, cross(x, y)


@njit(cache=True, nogil=True)
def from_z(axis, towards):  # type: ignore[no-untyped-def]
    """Axes with z along a direction and x as near as can be to another."""
    z = unit(axis[0], axis[1], axis[2])
    y = cross(z, towards)
    y = unit(y[0], y[1], y[2])
    return cross(y, z), y, z


@njit(cache=True, nogil=True)
def axes(frame, near, weight, part, cosine, sine, v_x, v_y, v_z):  # type: ignore[no-untyped-def]
    """The x, y and z axes of a frame in the true equator and equinox of date."""
    if frame == GEI:
        return (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
    if frame == GEO:
        return (cosine, sine, 0.0), (-sine, cosine, 0.0), (0.0, 0.0, 1.0)
    if frame == MOD:
        return from_x(direction(near, weight, MEAN_X), direction(near, weight, MEAN_Z))
    if frame == J2000:
        return from_x(direction(near, weight, J2000_X), direction(near, weight, J2000_Z))
    if frame == GSE:
        return from_x(direction(near, weight, SUN), direction(near, weight, ECLIPTIC_POLE))
    if frame == GSE2000:
        return from_x(direction(near, weight, SUN), direction(near, weight, J2000_ECLIPTIC_POLE))
    # The dipole is linear in time within a year, and so between two midnights.
    x = (1.0 - part) * near[1, DIPOLE] + part * near[2, DIPOLE]
    y = (1.0 - part) * near[1, DIPOLE + 1] + part * near[2, DIPOLE + 1]
    z = (1.0 - part) * near[1, DIPOLE + 2] + part * near[2, DIPOLE + 2]
    dipole = (cosine * x - sine * y, sine * x + cosine * y, z)
    if frame == MAG:
        return from_z(dipole, (0.0, 0.0, -1.0))
    if frame == SM:
        return from_z(dipole, direction(near, weight, SUN))
    if frame == GSM:
        return from_x(direction(near, weight, SUN), dipole)
    x, y, z = from_x(direction(near, weight, SUN), direction(near, weight, ECLIPTIC_POLE))
    upwind = (
        -(v_x * x[0] + v_y * y[0] + v_z * z[0]),
        -(v_x * x[1] + v_y * y[1] + v_z * z[1]),
        -(v_x * x[2] + v_y * y[2] + v_z * z[2]),
    )
    return from_x(upwind, dipole)


@njit(cache=True, nogil=True)
def dot(a, b):  # type: ignore[no-untyped-def]
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@njit(cache=True, nogil=True)
def look_up(table, first_day, nanoseconds):  # type: ignore[no-untyped-def]
    """Four rows of the almanac about an epoch, their weights, and the part of the day passed since midnight."""
    day = nanoseconds // DAY
    since = day - first_day
    row = since // BLOCK * ROWS + since % BLOCK
    part = (nanoseconds - day * DAY) / DAY
    return table[row : row + 4], weights(part), part


@njit(cache=True, nogil=True)
def sidereal_angle(near, weight, part, nanoseconds, ut1):  # type: ignore[no-untyped-def]
    """Greenwich apparent sidereal time, rad: the Earth rotation angle of IAU 2000 from the true equinox."""
    today = part + ut1 / 86400.0
    days = (nanoseconds // DAY - J2000_DAY) - 0.5 + today
    turns = 0.7790572732640 + 0.5 + today + 0.00273781191135448 * days
    return TURN * (turns - math.floor(turns)) + between(near, weight, EQUINOX)


@njit(cache=True, nogil=True)
def matrix(table, first_day, nanoseconds, ut1, v_x, v_y, v_z, source, target):  # type: ignore[no-untyped-def]
    """Rotation from one frame to another, as three rows."""
    near, weight, part = look_up(table, first_day, nanoseconds)
    angle = sidereal_angle(near, weight, part, nanoseconds, ut1)
    cosine, sine = math.cos(angle), math.sin(angle)
    a = axes(source, near, weight, part, cosine, sine, v_x, v_y, v_z)
    b = axes(target, near, weight, part, cosine, sine, v_x, v_y, v_z)
    return (
        (dot(b[0], a[0]), dot(b[0], a[1]), dot(b[0], a[2])),
        (dot(b[1], a[0]), dot(b[1], a[1]), dot(b[1], a[2])),
        (dot(b[2], a[0]), dot(b[2], a[1]), dot(b[2], a[2])),
    )


@njit(cache=True, nogil=True)
def rotate(table, first_day, times, ut1, velocity, source, target, vectors, rotated, start, stop):  # type: ignore[no-untyped-def]
    """Turn vectors, given and returned as three arrays in one; what is the same for all may have length one."""
    nothing = (math.nan, math.nan, math.nan)
    rows = (nothing, nothing, nothing)
    known = False
    before, before_ut1, before_x, before_y, before_z = 0, 0.0, 0.0, 0.0, 0.0
    for k in range(start, stop):
        time = times[k] if times.size > 1 else times[0]
        shift = ut1[k] if ut1.size > 1 else ut1[0]
        wind = k if velocity.shape[1] > 1 else 0
        v_x, v_y, v_z = velocity[0, wind], velocity[1, wind], velocity[2, wind]
        same = time == before and shift == before_ut1 and v_x == before_x and v_y == before_y and v_z == before_z
        if not (known and same):
            if time == NOT_A_TIME:
                rows = (nothing, nothing, nothing)
            else:
                rows = matrix(table, first_day, time, shift, v_x, v_y, v_z, source, target)
            known = True
            before, before_ut1, before_x, before_y, before_z = time, shift, v_x, v_y, v_z
        vector = (vectors[0, k], vectors[1, k], vectors[2, k])
        rotated[0, k] = dot(rows[0], vector)
        rotated[1, k] = dot(rows[1], vector)
        rotated[2, k] = dot(rows[2], vector)


@njit(cache=True, nogil=True)
def rotations(table, first_day, times, ut1, velocity, source, target, matrices, start, stop):  # type: ignore[no-untyped-def]
    """Rotation matrices of many epochs."""
    for k in range(start, stop):
        time = times[k]
        wind = k if velocity.shape[1] > 1 else 0
        shift = ut1[k] if ut1.size > 1 else ut1[0]
        if time == NOT_A_TIME:
            matrices[k, :, :] = math.nan
            continue
        rows = matrix(
            table, first_day, time, shift, velocity[0, wind], velocity[1, wind], velocity[2, wind], source, target
        )
        for i in range(3):
            row = rows[i]
            for j in range(3):
                matrices[k, i, j] = row[j]


@njit(cache=True, nogil=True)
def sidereal_angles(table, first_day, times, apparent, angles):  # type: ignore[no-untyped-def]
    """Sidereal time at Greenwich from the true or the mean equinox, rad, 0 to 2 pi."""
    for k in range(times.size):
        if times[k] == NOT_A_TIME:
            angles[k] = math.nan
            continue
        near, weight, part = look_up(table, first_day, times[k])
        angle = sidereal_angle(near, weight, part, times[k], 0.0)
        if not apparent:
            # Right ascension of the mean equinox in true coordinates.
            x = direction(near, weight, MEAN_X)
            angle -= math.atan2(x[1], x[0])
        angles[k] = angle % TURN
