"""The march of the kinetic ring current through time: losses and drift in turn, budgets, stored states, checkpoints."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, ELEMENTARY_CHARGE
from sunearth.core.errors import InputError
from sunearth.geomagnetism.trapped import loss_cone
from sunearth.numerics.advection import advect
from sunearth.numerics.threads import spread

from .charge_exchange import REST_ENERGY, bounce_averaged_hydrogen, exchange_rate
from .magnetopause import shue_1998
from .plasma_sheet import tsyganenko_mukai_2003
from .plasmasphere import COROTATION_POTENTIAL, carpenter_anderson_1992, electron_density
from .ring_current import depression_of_energy
from .ring_current_field import pressure_field
from .ring_current_kinetics import (
    PLASMA_SHEET_DISTANCE,
    PROCESSES,
    Floats,
    RingCurrent,
    cell_moments,
    coulomb_drag,
    fingerprint,
    young_1982,
)

if TYPE_CHECKING:
    import xarray as xr

_JOULE = ELEMENTARY_CHARGE * 1e3
"""J in 1 keV"""
_MAPS = ("pressure_perp", "pressure_par", "density", "precipitation", "neutral_atoms")


class Run:
    """One run: what stays the same through it, and its state."""

    def __init__(
        self, ring: RingCurrent, time: Any, drivers: dict[str, Floats], held: Any, store: float, spin_up: float
    ) -> None:
        self.ring, self.time, self.drivers, self.held = ring, time, drivers, held
        hours = (time[-1] - time[0]) / np.timedelta64(1, "ns") / 3.6e12
        self.stores = int(np.ceil(hours / store - 1e-9))
        self.steps = max(1, round(store * 3600.0 / ring.step))
        self.duration = store * 3600.0 / self.steps
        self.spin = int(np.ceil(spin_up * 3600.0 / self.duration))
        self.store_times = time[0] + np.round(np.arange(self.stores + 1) * store * 3.6e12).astype("timedelta64[ns]")
        self.settings = np.array([store, spin_up])
        # which driver holds in each step
        starts = time[0] + np.round(np.arange(self.stores * self.steps) * self.duration * 1e9).astype("timedelta64[ns]")
        self.sample = np.searchsorted(time, starts, side="right") - 1

        self.layers = [ring.layers(name) for name in ring.species]
        self.charge = [-1.0 if name == "electron" else 1.0 for name in ring.species]
        self.shape = (len(ring.species), ring.energies, ring.pitch_angles, ring.rows, ring.columns)
        self.count = int(np.prod(self.shape[:3]))
        self.energy = np.stack([layer.energy for layer in self.layers]) * _JOULE  # J
        self._geometry()
        self._losses()
        self.content: Floats = np.zeros(self.shape)
        self.particles = np.zeros((len(ring.species), len(PROCESSES)))
        self.energies = np.zeros_like(self.particles)
        self.stored: dict[str, list[Any]] = {}
        self.stream: tuple[float, Floats] | None = None

    def _geometry(self) -> None:
        ring = self.ring
        self.radial = np.diff(ring.flux_edges)
        self.angular = np.full(ring.columns, 2.0 * np.pi / ring.columns)
        corners = np.arange(ring.columns) * (2.0 * np.pi / ring.columns)
        # volts; advect takes minus the energy per charge
        kinetic = np.concatenate(
            [
                q * layer.energy_edge.reshape(-1, ring.rows + 1)
                for q, layer in zip(self.charge, self.layers, strict=True)
            ]
        )
        self.still = -1e3 * (kinetic - COROTATION_POTENTIAL / ring.edges)[:, :, None]
        self.convection = -1e3 * ring.edges[:, None] ** ring.shielding * np.sin(corners)

    def _losses(self) -> None:
        """Rates of loss of each cell of invariants at each distance, s^-1."""
        ring, shape = self.ring, self.shape[:-1]
        self.exchange, self.precipitation, self.rub = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        cone = loss_cone.spec.function(ring.distance)
        edges = np.stack([np.zeros(ring.rows), cone, np.full(ring.rows, np.pi / 2)])
        inside, outside = cell_moments(edges)[0]
        for s, (name, layer) in enumerate(zip(ring.species, self.layers, strict=True)):
            strong = (inside / (inside + outside)) * 2.0 / layer.bounce_period
            wave_loss = ring.electron_scattering * strong if name == "electron" else 0.0 * strong
            self.precipitation[s] = np.where(layer.pitch_angle < cone, 2.0 / layer.bounce_period, wave_loss)
            if ring.charge_exchange and name != "electron":
                hydrogen = bounce_averaged_hydrogen.spec.function(ring.distance, layer.pitch_angle)
                self.exchange[s] = hydrogen * exchange_rate(layer.energy, name)
            if ring.drag:
                # a step down to the next lower energy takes just the energy that the drag does
                down = np.diff(layer.energy, axis=0, prepend=0.0)
                self.rub[s] = coulomb_drag.spec.function(layer.energy, 1.0, name) * layer.energy / down
        rate = self.exchange + self.precipitation
        self.keep = np.exp(-0.5 * self.duration * rate).reshape(self.count, ring.rows)
        self.share = np.where(rate > 0.0, self.exchange / np.where(rate > 0.0, rate, 1.0), 0.0)

    # --- one step ---

    def decay(self) -> None:
        """Half a step of charge exchange and precipitation, exact."""
        from ._ring_current_kernels import decay_layers

        flat = self.content.reshape(self.count, *self.shape[3:])
        lost = np.zeros((self.count, self.ring.rows))
        spread(lambda start, stop: decay_layers(flat, self.keep, lost, start, stop), self.count)
        gone = lost.reshape(self.shape[:-1]) * self.ring.flux
        self._count("charge exchange", -gone * self.share)
        self._count("loss cone", -gone * (1.0 - self.share))

    def drag(self, plasma: Floats) -> None:
        """Half a step of drag by the plasmasphere, implicit."""
        from ._ring_current_kernels import drag_rows

        which = PROCESSES.index("drag")
        for s in range(self.shape[0]):
            moved = np.zeros(self.shape[1:-1])
            half = 0.5 * self.duration
            part = functools.partial(drag_rows, self.content[s], self.rub[s], plasma, half, moved)
            spread(part, self.ring.rows)
            moved *= self.ring.flux
            lower = np.concatenate([np.zeros_like(self.energy[s, :1]), self.energy[s, :-1]])
            self.particles[s, which] -= moved[0].sum()
            self.energies[s, which] -= (moved * (self.energy[s] - lower)).sum()

    def cut(self, outside: Any) -> None:
        """Take away what lies beyond the magnetopause."""
        if outside is None or not outside.any():
            return
        gone = np.where(outside, self.content, 0.0).sum(axis=-1) * self.ring.flux
        self._count("magnetopause", -gone)
        self.content[..., outside] = 0.0

    def drift(self, sample: int) -> None:
        """A step of drift, with what it carries across the edges."""
        strength = float(self.drivers["strength"][sample])
        if self.stream is None or self.stream[0] != strength:
            self.stream = strength, self.still + strength * self.convection
        before = self._energy()
        flat = self.content.reshape(self.count, *self.shape[3:])
        crossed = advect(
            flat, self.stream[1], self.radial, self.angular, self.duration, outer=self.boundary(sample),
        )  # fmt: skip
        entered, left, inner = (
            np.asarray(part).reshape(self.shape[:3])
            for part in (crossed.in_outer, crossed.out_outer, crossed.out_inner)
        )
        gained = np.zeros(self.shape[0])
        for process, amount, row in (("entered", entered, -1), ("left outside", -left, -1), ("left inside", -inner, 0)):
            which = PROCESSES.index(process)
            energy = (amount * self.energy[..., row]).sum(axis=(1, 2))
            self.particles[:, which] += amount.sum(axis=(1, 2))
            self.energies[:, which] += energy
            gained += energy
        self.energies[:, PROCESSES.index("drift")] += self._energy() - before - gained

    def boundary(self, sample: int) -> Floats:
        """Content of what enters at the outer edge: (layers, columns)."""
        ring, now = self.ring, {name: float(series[sample]) for name, series in self.drivers.items()}
        if "density" in now and "temperature" in now:
            density, temperature = (np.full(ring.columns, now[name]) for name in ("density", "temperature"))
        else:
            angle = ring.mlt * (np.pi / 12.0)
            sheet = tsyganenko_mukai_2003.spec.function(
                -PLASMA_SHEET_DISTANCE * np.abs(np.cos(angle)), PLASMA_SHEET_DISTANCE * np.sin(angle),
                *(now[f"sheet_{name}"] for name in ("n_p", "speed", "b_y", "b_z")), 2.0,
            )  # fmt: skip
            density = np.maximum(sheet.density, 0.0) if "density" not in now else np.full(ring.columns, now["density"])
            temperature = np.maximum(sheet.temperature, 0.05)
            if "temperature" in now:
                temperature = np.full(ring.columns, now["temperature"])
        ions = young_1982.spec.function(np.float64(now["kp"]), np.float64(now["f107"]))._asdict()
        parts = []
        for name in ring.species:
            share = float(ions.get(name, 1.0))
            warmth = ring.electron_temperature if name == "electron" else 1.0
            parts.append(ring.boundary_content(name, share * density, warmth * temperature))
        return np.stack(parts).reshape(self.count, ring.columns)

    def step(self, sample: int) -> None:
        """One step of everything, symmetric about the drift."""
        ring = self.ring
        plasma = None
        if ring.drag:
            plasmapause = float(carpenter_anderson_1992.spec.function(self.drivers["kp_max"][sample]))
            plasma = np.asarray(electron_density(ring.distance[:, None], ring.mlt, plasmapause))
        outside = self.outside(sample)
        self.decay()
        if plasma is not None:
            self.drag(plasma)
        self.drift(sample)
        self.cut(outside)
        if plasma is not None:
            self.drag(plasma)
        self.decay()

    def outside(self, sample: int) -> Any:
        """Cells beyond the magnetopause."""
        ring = self.ring
        if not (ring.magnetopause and {"p_dyn", "b_z"} <= self.drivers.keys()):
            return None
        angle = np.abs(ring.mlt - 12.0) * (np.pi / 12.0)
        pressure, b_z = (np.float64(self.drivers[name][sample]) for name in ("p_dyn", "b_z"))
        with np.errstate(divide="ignore", over="ignore"):
            limit = shue_1998.spec.function(np.minimum(angle, 3.0), np.maximum(pressure, 0.01), b_z)
        return ring.distance[:, None] > limit

    def _count(self, process: str, amount: Floats) -> None:
        """Add an amount (species, energies, pitch angles, rows), particles, to the budgets."""
        which = PROCESSES.index(process)
        self.particles[:, which] += amount.sum(axis=(1, 2, 3))
        self.energies[:, which] += (amount * self.energy).sum(axis=(1, 2, 3))

    def _energy(self) -> Floats:
        return np.asarray((self.content.sum(axis=-1) * self.ring.flux * self.energy).sum(axis=(1, 2, 3)))

    # --- the march ---

    def through(
        self,
        start: xr.Dataset | str,
        progress: Callable[[str, int, int], None] | None,
        checkpoint: str | os.PathLike[str] | None,
        resume: bool,
    ) -> xr.Dataset:
        """March from the start to the end and return what was stored."""
        begin = self._started(start)
        key = fingerprint(
            self.ring, self.time.astype(np.int64), self.settings, begin,
            *(self.drivers[name] for name in sorted(self.drivers)),
        )  # fmt: skip
        path = None if checkpoint is None else Path(checkpoint)
        if resume and path is not None and path.exists():
            self._restore(path, key)
        else:
            self.content = begin
            for _ in range(self.spin):
                self.step(0)
            self.particles[:] = self.energies[:] = 0.0
            self._store()
            self._save(path, key)
        done = len(self.stored["content_energy"]) - 1
        while done < self.stores:
            for i in range(self.steps):
                self.step(int(self.sample[done * self.steps + i]))
            self._store()
            done += 1
            self._save(path, key)
            if progress is not None:
                progress("ring current", done, self.stores)
        return self._dataset()

    def _started(self, start: xr.Dataset | str) -> Floats:
        if isinstance(start, str):
            if start != "empty":
                raise InputError(f"RingCurrent: start is 'empty' or the result of an earlier run, not {start!r}")
            return np.zeros(self.shape)
        content = np.array(start["content"].values, dtype=float)
        if content.shape != self.shape or tuple(start["species"].values.tolist()) != tuple(self.ring.species):
            raise InputError(f"RingCurrent: the start has the shape {content.shape}, the run {self.shape}")
        bins = self.ring.energy_edges
        for name, own in (("r", self.ring.distance), ("energy_cell", np.sqrt(bins[1:] * bins[:-1]))):
            if not np.allclose(start[name].values, own, rtol=1e-9):
                raise InputError(f"RingCurrent: the start has other values of {name} than the run; use the same grid")
        return content

    def _store(self) -> None:
        ring = self.ring
        energy, particles = self._energy(), (self.content.sum(axis=-1) * ring.flux).sum(axis=(1, 2, 3))
        maps = {name: np.zeros((self.shape[0], ring.rows, ring.columns)) for name in _MAPS}
        field = DIPOLE_EQUATORIAL_FIELD * 1e-9 / ring.distance[:, None] ** 3
        foot = DIPOLE_EQUATORIAL_FIELD * 1e-9 * np.sqrt(4.0 - 3.0 / ring.distance)[:, None]
        for s, (name, layer) in enumerate(zip(ring.species, self.layers, strict=True)):
            rest, content = REST_ENERGY[name], self.content[s]
            push = layer.energy * (layer.energy + 2.0 * rest) / (layer.energy + rest) * _JOULE
            maps["density"][s] = np.einsum("earc,ar->rc", content, layer.density) * 1e-6
            maps["pressure_perp"][s] = np.einsum("earc,ear->rc", content, layer.across * push) * 1e9
            maps["pressure_par"][s] = np.einsum("earc,ear->rc", content, layer.along * push) * 1e9
            lost = np.einsum("earc,ear->rc", content, self.precipitation[s] * self.energy[s])
            # an hemisphere has half of it; mW m^-2
            maps["precipitation"][s] = 0.5 * foot * lost * 1e3
            made = np.einsum("earc,ear->rc", content, self.exchange[s] * self.energy[s])
            maps["neutral_atoms"][s] = field * made * 1e3
        mean = [maps[name].sum(axis=0).mean(axis=-1) for name in ("pressure_perp", "pressure_par")]
        by_time = np.einsum("searc,sear,r->c", self.content, self.energy, ring.flux)
        wave = (by_time * np.exp(1j * ring.mlt * (np.pi / 12.0))).sum()
        total = by_time.sum()
        values = maps | {
            "content_energy": energy,
            "content_particles": particles,
            "budget_energy": self.energies.copy(),
            "budget_particles": self.particles.copy(),
            "dst_star": depression_of_energy.spec.function(energy.sum(), ring.induction_factor),
            "dst_star_current": ring.induction_factor * pressure_field(ring.distance, mean[0], mean[1], rho=1.0),
            "asymmetry": abs(wave) / total if total > 0.0 else 0.0,
            "centroid_mlt": np.angle(wave) * (12.0 / np.pi) % 24.0 if total > 0.0 else np.nan,
        }
        for name, value in values.items():
            self.stored.setdefault(name, []).append(value)

    def _save(self, path: Path | None, key: str) -> None:
        if path is None:
            return
        stored = {f"stored_{name}": np.array(values) for name, values in self.stored.items()}
        partial = path.with_name(path.name + ".partial")
        with partial.open("wb") as file:
            np.savez(
                file, key=np.array(key), content=self.content, particles=self.particles, energies=self.energies,
                **stored,  # type: ignore[arg-type]
            )  # fmt: skip
        os.replace(partial, path)

    def _restore(self, path: Path, key: str) -> None:
        with np.load(path) as saved:
            if str(saved["key"]) != key:
                raise InputError(f"RingCurrent: the checkpoint {path} belongs to another run; remove it to start anew")
            self.content = saved["content"].copy()
            self.particles, self.energies = saved["particles"].copy(), saved["energies"].copy()
            self.stored = {
                name.removeprefix("stored_"): list(saved[name]) for name in saved.files if name.startswith("stored_")
            }

    def _dataset(self) -> xr.Dataset:
        import xarray as xr

        ring = self.ring
        everywhere = ("time", "species", "r", "mlt")
        described = {
            "dst_star": (("time",), "nT", "Depression by the energy of the ring current, with induction"),
            "dst_star_current": (
                ("time",),
                "nT",
                "Depression at the equator by the pressure's current, with induction",
            ),
            "content_energy": (("time", "species"), "J", "Kinetic energy of the ring current"),
            "content_particles": (("time", "species"), "1", "Number of particles of the ring current"),
            "budget_energy": (("time", "species", "process"), "J", "Energy gained so far by process"),
            "budget_particles": (("time", "species", "process"), "1", "Particles gained so far by process"),
            "asymmetry": (("time",), "1", "First harmonic of the energy in local time over its mean, halved"),
            "centroid_mlt": (("time",), "h", "Local time of the centroid of the energy"),
            "pressure_perp": (everywhere, "nPa", "Equatorial pressure across the field"),
            "pressure_par": (everywhere, "nPa", "Equatorial pressure along the field"),
            "density": (everywhere, "cm^-3", "Equatorial density"),
            "precipitation": (everywhere, "mW m^-2", "Energy flux into the atmosphere of one hemisphere"),
            "neutral_atoms": (
                everywhere,
                "mW m^-2",
                "Power of neutral atoms by area of the equatorial plane",
            ),
        }
        source = (
            "Kinetic ring current: Fok et al. 1993, J. Geophys. Res. 98, 19381; Tsyganenko and Mukai 2003; Stern 1975"
        )
        data = {
            name: (dims, np.array(self.stored[name]), {"units": units, "long_name": text, "references": source})
            for name, (dims, units, text) in described.items()
        }
        data["content"] = (
            ("species", "energy_cell", "pitch_angle_cell", "r", "mlt"), self.content.copy(),
            {"units": "Wb^-1", "long_name": "Particles per weber in each cell of invariants at the end",
             "references": source},
        )  # fmt: skip
        bins = ring.energy_edges
        data["driver_held"] = (("time_driver",), np.asarray(self.held), {"long_name": "Whether a driver was held"})
        return xr.Dataset(
            data,
            coords={
                "time": ("time", self.store_times, {"long_name": "Time, UTC"}),
                "time_driver": ("time_driver", self.time, {"long_name": "Time of the drivers, UTC"}),
                "species": ("species", list(ring.species)),
                "process": ("process", list(PROCESSES)),
                "r": ("r", ring.distance, {"units": "R_E", "long_name": "Geocentric distance"}),
                "mlt": ("mlt", ring.mlt, {"units": "h", "long_name": "Magnetic local time"}),
                "energy_cell": (
                    "energy_cell", np.sqrt(bins[1:] * bins[:-1]),
                    {"units": "keV", "long_name": "Energy at the outer edge"},
                ),
                "pitch_angle_cell": (
                    "pitch_angle_cell", (np.arange(ring.pitch_angles) + 0.5) * (90.0 / ring.pitch_angles),
                    {"units": "deg", "long_name": "Equatorial pitch angle at the outer edge"},
                ),
            },
            attrs={"title": "Kinetic ring current", "model": repr(ring)},
        )  # fmt: skip
