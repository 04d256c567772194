"""A storm that never was: every variable of a run, smooth and simple, for pictures and reports to be drawn from."""

import json

import numpy as np
import xarray as xr

from sunearth.chain.variables import VARIABLES


def made_up_run(cadence="5min", days=5.0, *, gap=True, observations=True):
    """A run with one storm, a gap of six hours and, if wanted, observations."""
    minutes = {"1min": 1, "5min": 5, "1h": 60}[cadence]
    start = np.datetime64("2015-03-16T12:00", "ns")
    time = start + np.arange(0, int(days * 1440), minutes) * np.timedelta64(60, "s")
    t = (time - start) / np.timedelta64(1, "h")
    storm = np.exp(-np.maximum(t - 35.0, 0) / 22.0) * (t > 17.0) * np.clip((t - 17.0) / 18.0, 0, 1)
    b_z = 2.0 * np.sin(t / 3.1) - 18.0 * np.exp(-(((t - 30.0) / 6.0) ** 2)) + 14.0 * np.exp(-(((t - 18.5) / 1.2) ** 2))
    speed = 400 + 200 * (t > 17) * (1 - np.exp(-(t - 17).clip(0) / 10)) + 10 * np.sin(t)
    n_p = 6 + 30 * np.exp(-(((t - 18.5) / 1.0) ** 2)) + 2 * np.sin(t / 5)
    p_dyn = 1.9e-6 * n_p * speed**2
    standoff = (10.22 + 1.29 * np.tanh(0.184 * (b_z + 8.14))) * p_dyn ** (-1 / 6.6)
    dst = -200 * storm + 20 * np.exp(-(((t - 18.2) / 0.8) ** 2)) - 10
    kp = np.clip(2 + 6.3 * storm**0.5, 0, 9)
    series = {
        "b_z": b_z,
        "b": np.abs(b_z) + 4,
        "b_y": 4 * np.cos(t / 4),
        "b_x": 0 * t,
        "speed": speed,
        "n_p": n_p,
        "t_p": 1e5 + 0 * t,
        "p_dyn": p_dyn,
        "e_y": -speed * b_z * 1e-3,
        "mach_ms": 6 + 0 * t,
        "dipole_tilt": 10 * np.sin(t / 24 * 2 * np.pi),
        "bow_shock_standoff": 1.3 * standoff,
        "magnetopause_standoff": standoff,
        "magnetopause_flaring": (0.58 - 0.007 * b_z) * (1 + 0.024 * np.log(p_dyn)),
        "geosynchronous_in_sheath": (standoff < 6.618).astype(float),
        "reconnection_potential": np.maximum(-b_z, 0) * 12 + 10,
        "cpcp": np.maximum(-b_z, 0) * 9 + 40,
        "open_flux": 0.4 + 0.5 * storm,
        "epsilon": 1e11 + 3e12 * storm,
        "dst": dst,
        "dst_star": dst - 8,
        "kp_model": kp,
        "ae_model": 100 + 1300 * storm,
        "al_model": -80 - 900 * storm,
        "ring_current_energy": 4e13 * np.abs(dst),
        "plasmapause_l": 5.6 - 0.46 * kp,
        "oval_poleward_mlat": 72 - 6 * storm,
        "oval_equatorward_mlat": 66 - 13 * storm,
        "hemispheric_power": 20 + 120 * storm,
        "joule_power": 60 + 500 * storm,
    }
    data = {}
    missing = (t > 60) & (t < 66) if gap else np.zeros(t.size, bool)
    for name, values in series.items():
        unit, long_name = VARIABLES[name].unit, VARIABLES[name].long_name
        attrs = {"units": unit, "long_name": long_name, "references": "made up"}
        data[name] = ("time", np.where(missing, np.nan, values), attrs)
        data[f"{name}_valid"] = ("time", ~missing)
    data["magnetopause_standoff_valid"] = ("time", ~missing & (p_dyn < 15))
    data["dst_valid"] = ("time", ~missing & ~((t > 66) & (t < 90)))
    data["b_x"][2]["assumes"] = "b_x = 0 (not measured)"
    if observations:
        hours = start + np.arange(int(24 * days)) * np.timedelta64(1, "h")
        three = start.astype("M8[D]").astype("M8[ns]") + np.arange(int(8 * days) + 8) * np.timedelta64(3, "h")
        observed = np.interp(hours.astype(float), time.astype(float), dst) * 1.1 - 5
        data["dst_observed"] = ("time_hourly", observed, {"units": "nT", "long_name": "Dst index"})
        data["sym_h_observed"] = ("time", dst * 1.15 + 9 * np.sin(3.0 * t), {"units": "nT", "long_name": "SYM-H"})
        kp3 = np.round(3 * np.interp(three.astype(float), time.astype(float), kp)) / 3
        data["kp_observed"] = ("time_3h", kp3, {"units": "1", "long_name": "Kp index"})
        data["ae_observed"] = (
            "time",
            (100 + 1200 * storm) * (1 + 0.5 * np.sin(7 * t)),
            {"units": "nT", "long_name": "AE"},
        )
    coords = {"time": time}
    if observations:
        coords |= {"time_hourly": hours, "time_3h": three}
    models = {"magnetopause": "shue_1998", "bow_shock": "farris_russell_1994", "oval": "starkov_1994"}
    attrs = {
        "title": "A storm that never was",
        "event": "made-up",
        "frame": "GSM",
        "source": "made up",
        "notes": "assumed: b_x = 0 (not measured)",
        "models": json.dumps(models),
        "version": "0.1.0",
        "input_hash": "0123456789abcdef",
        "scenario": json.dumps({"source": "made-up", "gap_limit": "30min"}),
    }
    return xr.Dataset(data, coords=coords, attrs=attrs)


def made_up_summary():
    """The summary that goes with it, as the chain would write it."""
    text = "Down to 53° magnetic latitude, where the night was dark and clear: overhead as far south as Seattle."
    return {
        "event": "made-up",
        "title": "A storm that never was",
        "start": "2015-03-16T12:00Z",
        "end": "2015-03-21T11:55Z",
        "version": "0.1.0",
        "input_hash": "0123456789abcdef",
        "models": {"magnetopause": "shue_1998", "dst": "burton_1975", "unheard_of": "none"},
        "storm": {"class": "intense", "onset": "2015-03-17T05:00Z", "minimum_time": "2015-03-17T23:00Z"},
        "noaa_g": {"scale": 4, "name": "severe", "kp": 8.3, "time": "2015-03-17T23:00Z"},
        "dst": {
            "minimum": -210.0,
            "time": "2015-03-17T23:00Z",
            "observed_minimum": -236.0,
            "observed_time": "2015-03-17T22:30Z",
            "unit": "nT",
        },
        "magnetopause": {
            "closest": 6.25,
            "time": "2015-03-17T20:00Z",
            "hours_geosynchronous_outside": 1.5,
            "unit": "R_E",
        },
        "cpcp": {"maximum": 210.0, "time": "2015-03-17T18:00Z", "unit": "kV"},
        "oval": {"lowest_mlat": 53.0, "time": "2015-03-17T23:00Z", "places": ["Seattle"], "text": text},
        "plasmapause": {"smallest_l": 1.8, "time": "2015-03-17T23:00Z"},
        "energy": {"epsilon_joule": 2.1e17, "hemispheric_joule": 2.2e16, "joule_heating_joule": 9.1e16},
        "skill": [
            {
                "event": "",
                "quantity": "dst",
                "model": "burton_1975",
                "n": 114,
                "rmse": 17.2,
                "correlation": 0.95,
                "prediction_efficiency": 0.88,
                "bias": -4.1,
                "minimum_model": -210.0,
                "minimum_observed": -236.0,
                "minimum_lag_hours": 0.5,
            },
            {
                "event": "",
                "quantity": "kp",
                "model": "newell_2008_kp",
                "n": 38,
                "rmse": 0.71,
                "correlation": 0.9,
                "prediction_efficiency": 0.8,
                "bias": 0.2,
                "minimum_model": 1.0,
                "minimum_observed": 1.3,
                "minimum_lag_hours": -3.0,
            },
        ],
        "notes": ["assumed: b_x = 0 (not measured)", "plasma poor after 18 March"],
    }
