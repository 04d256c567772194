"""The matrices of an axisymmetric mean-field dynamo and its steps in time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from .dynamo import MeanFieldDynamo

Floats = NDArray[np.float64]

BASE_OF_CONVECTION_ZONE: Final = 0.7
"""R_sun, where the toroidal field of a butterfly diagram is read"""


def chebyshev(count: int, low: float, high: float) -> tuple[Floats, Floats]:
    """Points between two ends, ascending, and the matrix that differentiates values on them."""
    k = np.arange(count + 1)
    x = -np.cos(np.pi * k / count)
    weight = np.where((k == 0) | (k == count), 2.0, 1.0) * (-1.0) ** k
    matrix = np.outer(weight, 1.0 / weight) / (x[:, None] - x[None, :] + np.eye(count + 1))
    matrix -= np.diag(matrix.sum(axis=1))
    return 0.5 * (low + high) + 0.5 * (high - low) * x, matrix * 2.0 / (high - low)


def integration_weights(count: int, low: float, high: float) -> Floats:
    """Weights that integrate over the points of `chebyshev` (Clenshaw and Curtis)."""
    order = np.arange(0, count + 1, 2)
    moments = 2.0 / (1.0 - order**2)
    angles = np.pi * np.arange(count + 1) / count
    cosines = np.cos(np.outer(angles, order)) * np.where((order == 0) | (order == count), 0.5, 1.0)
    weights = 2.0 / count * cosines @ moments
    weights[[0, -1]] *= 0.5
    return np.asarray(weights * (high - low) / 2.0)


class System:
    """A dynamo on its grid: matrices that act on the values of A_l and B_l at the inner points."""

    def __init__(self, dynamo: MeanFieldDynamo) -> None:
        from scipy import sparse

        self.dynamo = dynamo
        self.r, d_dr = chebyshev(dynamo.nodes, dynamo.inner_radius, 1.0)
        self.d_dr, self.integral = d_dr, integration_weights(dynamo.nodes, dynamo.inner_radius, 1.0)
        self.points = points = 2 * dynamo.degree
        # Ascending in latitude; P are normalised Legendre functions dP_l/dtheta, Q = d(sin(theta) P)/dtheta.
        cosine, self.weight = np.polynomial.legendre.leggauss(points)
        self.latitude = np.degrees(np.arcsin(cosine))
        theta, sine = np.arccos(cosine), np.sqrt(1.0 - cosine**2)
        degree = np.arange(1, dynamo.degree + 1)
        legendre = np.polynomial.legendre.legvander(cosine, dynamo.degree)
        norm = np.sqrt(2.0 * degree * (degree + 1) / (2.0 * degree + 1.0))
        p = -degree * (legendre[:, :-1] - cosine[:, None] * legendre[:, 1:]) / sine[:, None] / norm
        q = -degree * (degree + 1) * sine[:, None] * legendre[:, 1:] / norm

        odd = degree % 2 == 1
        poloidal = {"dipole": odd, "quadrupole": ~odd, "both": odd | True}[dynamo.parity]
        toroidal = {"dipole": ~odd, "quadrupole": odd, "both": odd | True}[dynamo.parity]
        self.degrees = degree[poloidal], degree[toroidal]
        self.p = p[:, poloidal], p[:, toroidal]
        self.q = q[:, poloidal], q[:, toroidal]

        self._embed(d_dr)
        base = self.at_radius(max(BASE_OF_CONVECTION_ZONE, dynamo.inner_radius)) @ self.embed[1][0]
        self.readings = base, self.q[0] / sine[:, None], np.array(self.embed[0])
        inner, n = slice(1, -1), self.inner
        radius, over_r = self.r[:, None], np.diag(1.0 / self.r)
        grid = np.meshgrid(self.r, theta, indexing="ij")
        rotation = np.broadcast_to(np.asarray(dynamo.rotation(*grid), float), grid[0].shape)
        # d/dtheta through an expansion in Legendre polynomials: exact for rotation laws in powers of cos(theta).
        expand = (2.0 * np.arange(dynamo.degree + 1) + 1.0) / 2.0 * (legendre * self.weight[:, None])
        rotation_dr = d_dr @ rotation
        rotation_dtheta = (rotation @ expand)[:, 1:] @ (p * norm).T
        eta = np.broadcast_to(np.asarray(dynamo.diffusivity(self.r), float), self.r.shape)[:, None]
        self.alpha = np.broadcast_to(np.asarray(dynamo.alpha(*grid), float), grid[0].shape)[inner]

        a, b = range(len(self.degrees[0])), range(len(self.degrees[1]))
        self.diffusion: tuple[list[Floats], list[Floats]] = ([], [])
        second = eta * (d_dr @ d_dr + 2.0 / radius * d_dr)
        for k in a:
            ell = self.degrees[0][k]
            operator = second - eta * np.diag(ell * (ell + 1) / self.r**2)
            self.diffusion[0].append((operator @ self.embed[0][k])[inner])
        for k in b:
            ell = self.degrees[1][k]
            operator = second - eta * np.diag(ell * (ell + 1) / self.r**2) + (d_dr @ eta) * (d_dr + over_r)
            self.diffusion[1].append((operator @ self.embed[1][k])[inner])

        values = [[e[inner] for e in part] for part in self.embed]
        slopes = [[(d_dr @ e)[inner] for e in part] for part in self.embed]
        blocks: dict[tuple[int, int], Floats] = {}

        def couple(row: int, column: int, profile: Floats, functions: Floats, operators: list[Floats]) -> None:
            """Add a product of a profile with a field, projected on the Legendre functions of the equation."""
            table = np.einsum("jl,j,ij,jm->lmi", self.p[row], self.weight, profile[inner], functions, optimize=True)
            floor = 1e-11 * np.abs(table).max(initial=0.0)
            for i, j in zip(*np.nonzero(np.abs(table).max(axis=2) > floor), strict=True):
                place = self.place[row][i], self.place[column][j]
                blocks[place] = blocks.get(place, 0.0) + table[i, j][:, None] * operators[j]

        def assemble() -> Any:
            rows: list[list[Any]] = [[None] * self.blocks for _ in range(self.blocks)]
            for place in range(self.blocks):
                rows[place][place] = sparse.csr_array((n, n))
            for (i, j), block in blocks.items():
                rows[i][j] = sparse.csr_array(block)
            blocks.clear()
            return sparse.csr_array(sparse.block_array(rows, format="csr"))

        # Omega: dOmega/dr d(sin A)/dtheta - sin(theta)/r dOmega/dtheta d(r A)/dr.
        c = dynamo.c_omega
        couple(1, 0, c * rotation_dr, self.q[0], values[0])
        couple(1, 0, -c * rotation_dtheta * sine, self.p[0], slopes[0])
        couple(1, 0, -c * rotation_dtheta * sine / radius, self.p[0], values[0])
        if dynamo.reynolds:
            up, south = (dynamo.reynolds * np.asarray(u, float) for u in dynamo.flow(*grid))
            up, south = np.broadcast_to(up, grid[0].shape), np.broadcast_to(south, grid[0].shape) / (radius * sine)
            for part in (0, 1):
                couple(part, part, -up, self.p[part], slopes[part])
                couple(part, part, -south, self.q[part], values[part])
            couple(0, 0, -up / radius, self.p[0], values[0])
            couple(1, 1, up / radius + 2.0 * cosine * south, self.p[1], values[1])
        self.induction = assemble()
        self.row: Floats | None = None
        fed = values[1]
        if dynamo.source_radius is not None:
            self.row = self.at_radius(dynamo.source_radius) @ self.embed[1][0]
            fed = [np.broadcast_to(self.row, (n, n))] * len(b)
        couple(0, 1, np.pad(self.alpha, ((1, 1), (0, 0))), self.p[1], fed)
        self.source = assemble()
        for part in (0, 1):
            for k, block in enumerate(self.diffusion[part]):
                blocks[self.place[part][k], self.place[part][k]] = block
        self.fixed = sparse.csr_array(self.induction + assemble())

    def _embed(self, d_dr: Floats) -> None:
        """Give each function at the inner points the values at the two ends that its boundary conditions ask for."""
        n = self.inner = self.dynamo.nodes - 1
        inner = slice(1, -1)
        plain = np.zeros((n + 2, n))
        plain[inner] = np.eye(n)
        poloidal = []
        for ell in self.degrees[0]:
            # A = 0 below; outside A falls as r^-(l+1).
            one = plain.copy()
            one[-1] = -d_dr[-1, inner] / (d_dr[-1, -1] + ell + 1.0)
            poloidal.append(one)
        # d(r B)/dr = 0 below: no current along the surface of a perfect conductor enters it; B = 0 outside.
        toroidal = plain.copy()
        toroidal[0] = -d_dr[0, inner] / (d_dr[0, 0] + 1.0 / self.r[0])
        self.embed = poloidal, [toroidal] * len(self.degrees[1])
        # Blocks in the order of their degree, so that the matrix has its entries near the diagonal.
        both = np.concatenate(self.degrees)
        order = np.argsort(np.argsort(both, kind="stable"), kind="stable")
        self.place = order[: len(poloidal)], order[len(poloidal) :]
        self.blocks = len(both)
        self.size = self.blocks * n

    def at_radius(self, radius: float) -> Floats:
        """Weights that interpolate values at the points to one radius (barycentric formula)."""
        sign = (-1.0) ** np.arange(len(self.r))
        sign[[0, -1]] *= 0.5
        distance = radius - self.r
        if np.any(distance == 0):
            return np.asarray(distance == 0, float)
        weights = sign / distance
        return np.asarray(weights / weights.sum())

    def nearest(self, c_alpha: float, shift: complex, count: int) -> list[complex]:
        """Eigenvalues next to a shift, by Arnoldi iteration on the shifted inverse."""
        from scipy.sparse import csc_array, eye_array
        from scipy.sparse.linalg import LinearOperator, eigs, splu

        # A shift on an eigenvalue would make the matrix singular.
        shift = shift + complex(1e-3, 1e-3) * (1.0 + abs(shift)) * 1e-3
        unit = eye_array(self.size)
        if self.row is None:
            solve = splu(csc_array(self.fixed + c_alpha * self.source - shift * unit), permc_spec="NATURAL").solve
        else:
            # A source fed at one radius couples every degree with every other, but through few numbers: the rest of
            # the matrix keeps its entries near the diagonal, and the source is added by Woodbury's formula.
            band = splu(csc_array(self.fixed - shift * unit), permc_spec="NATURAL")
            rows = np.zeros((len(self.place[1]), self.blocks, self.inner))
            rows[np.arange(len(self.place[1])), self.place[1]] = self.row
            feed = rows.reshape(len(self.place[1]), self.size)
            spread = c_alpha * (self.source @ feed.T) / (self.row @ self.row)
            answer = band.solve(spread.astype(complex))
            small = np.linalg.inv(np.eye(len(feed)) + feed @ answer)

            def solve(right: NDArray[np.complex128]) -> Any:
                plain = band.solve(right)
                return plain - answer @ (small @ (feed @ plain))

        inverse = LinearOperator((self.size, self.size), matvec=solve, dtype=complex)
        first = np.ones(self.size, complex)
        values = eigs(inverse, k=min(count, self.size - 2), v0=first, return_eigenvectors=False)
        return [complex(v) for v in shift + 1.0 / values]

    def split(self, states: Floats) -> tuple[Floats, Floats]:
        """Coefficients of A and B at the inner points: (..., degree, point)."""
        shaped = states.reshape(*states.shape[:-1], self.blocks, self.inner)
        return shaped[..., self.place[0], :], shaped[..., self.place[1], :]

    def join(self, poloidal: Floats, toroidal: Floats) -> Floats:
        """The inverse of `split`, for one state."""
        state = np.empty((self.blocks, self.inner))
        state[self.place[0]], state[self.place[1]] = poloidal, toroidal
        return state.reshape(-1)

    def random_state(self, amplitude: float, seed: int) -> Floats:
        """A weak field of the largest scales."""
        rng = np.random.default_rng(seed)
        height = (self.r[1:-1] - self.r[0]) / (1.0 - self.r[0])
        shape = np.sin(np.pi * height)
        poloidal, toroidal = (np.zeros((len(d), self.inner)) for d in self.degrees)
        scale = max(1.0, math.sqrt(abs(self.dynamo.c_omega)))
        for part, size in ((poloidal, amplitude / scale), (toroidal, amplitude)):
            few = min(4, len(part))
            part[:few] = size * rng.standard_normal((few, 1)) * shape
        return self.join(poloidal, toroidal)

    def state_of(self, dataset: xr.Dataset) -> Floats:
        """The state at the end of an earlier run."""
        try:
            poloidal, toroidal = dataset["poloidal_state"].values, dataset["toroidal_state"].values
        except KeyError:
            raise InputError("MeanFieldDynamo.solve: start must be a result of solve") from None
        expected = tuple((len(d), self.inner) for d in self.degrees)
        if (poloidal.shape, toroidal.shape) != expected:
            raise InputError(
                f"MeanFieldDynamo.solve: start has states of shapes {poloidal.shape} and {toroidal.shape}, "
                f"this dynamo {expected[0]} and {expected[1]}; use the same degree, nodes and parity"
            )
        return self.join(poloidal, toroidal)

    def stepper(self, c_alpha: float, step: float, quenched: bool) -> Callable[[Floats], Floats]:
        """One time step as a function of the state."""
        gamma = 1.0 - math.sqrt(0.5)
        delta = 1.0 - 0.5 / gamma
        unit = np.eye(self.inner)
        by_place: list[Floats] = [unit] * self.blocks
        for part in (0, 1):
            for k, block in enumerate(self.diffusion[part]):
                by_place[self.place[part][k]] = block
        operator = np.array(by_place)
        inverse = np.linalg.inv(unit - gamma * step * operator)
        project = (self.p[0] * self.weight[:, None]).T * c_alpha
        to_grid = np.ascontiguousarray(self.p[1])
        alpha = np.ascontiguousarray(self.alpha.T)
        linear = None if quenched else self.induction + c_alpha * self.source
        first, second = self.place
        shape = (self.blocks, self.inner)

        def explicit(state: Floats) -> Floats:
            if linear is not None:
                return np.asarray((linear @ state.reshape(-1)).reshape(shape))
            rate = (self.induction @ state.reshape(-1)).reshape(shape)
            toroidal = state[second]
            field = to_grid @ toroidal if self.row is None else to_grid @ (toroidal @ self.row)[:, None]
            rate[first] += project @ (alpha * (field / (1.0 + field * field)))
            return np.asarray(rate)

        def implicit(state: Floats) -> Floats:
            return np.asarray(np.matmul(inverse, state[:, :, None])[:, :, 0])

        def advance(flat: Floats) -> Floats:
            state = flat.reshape(shape)
            rate_0 = explicit(state)
            stage = implicit(state + gamma * step * rate_0)
            diffused = (stage - state - gamma * step * rate_0) / gamma
            rate_1 = explicit(stage)
            known = state + step * (delta * rate_0 + (1.0 - delta) * rate_1) + (1.0 - gamma) * diffused
            return implicit(known).reshape(-1)

        return advance

    def section(self, state: Floats) -> tuple[Floats, Floats]:
        """A and B over latitude and radius."""
        poloidal, toroidal = self.split(state)
        full = np.einsum("lrn,ln->lr", np.array(self.embed[0]), poloidal), toroidal @ self.embed[1][0].T
        return self.p[0] @ full[0], self.p[1] @ full[1]

    def observe(self, state: Floats) -> tuple[Floats, Floats, Floats]:
        """B at the base of the convection zone, B_r at the surface, and the energies of both parts."""
        poloidal, toroidal = self.split(state)
        base, surface, potential = self.readings
        full = np.matmul(potential, poloidal[:, :, None])[:, :, 0]
        eastward = toroidal @ self.embed[1][0].T
        ell = self.degrees[0][:, None]
        # Legendre functions are orthonormal; a degree of A has the energy |d(r A)/dr|^2 + l (l + 1) A^2.
        slope = (self.r * full) @ self.d_dr.T
        energy = np.pi * np.array(
            [
                ((slope**2 + ell * (ell + 1) * full**2) @ self.integral).sum(),
                (eastward**2 @ (self.integral * self.r**2)).sum(),
            ]
        )
        return self.p[1] @ (toroidal @ base), surface @ full[:, -1], energy
