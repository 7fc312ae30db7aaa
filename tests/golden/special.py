"""Reference values for tests/golden/special.json: mpmath 1.3.0 at 60 digits.

    python -m venv v && v/bin/pip install mpmath==1.3.0 && v/bin/python tests/golden/special.py

Each row is [function, args, value]: ln Gamma, inverses of tails, the chi-squared tail with one degree of
freedom, erfc.
"""
import json
import pathlib

import mpmath as mp

mp.mp.dps = 60


def m(x):
    return mp.mpf(x)


def log_root(f, target, low, high):
    """The x in (low, high) with f(x) = target, f monotone in x, by bisection on ln x."""
    low, high = mp.log(m(low)), mp.log(m(high))
    rising = f(mp.exp(high)) > f(mp.exp(low))
    for _ in range(180):
        middle = (low + high) / 2
        if (f(mp.exp(middle)) > target) == rising:
            high = middle
        else:
            low = middle
    return mp.exp((low + high) / 2)


def ratio(a, b, x):
    return mp.betainc(m(a), m(b), 0, x, regularized=True)


rows = []
for x in [0.1, 0.5, 0.9, 1.5, 2.5, 3.7, 9.5, 10.0, 33.3, 100.5, 999.0, 12345.5, 1e6, 1e9]:
    rows.append(["ln_gamma", [x], mp.loggamma(m(x))])
for p in [1e-20, 1e-12, 1e-6, 0.001, 0.01, 0.025, 0.05, 0.1, 0.3, 0.45]:
    rows.append(["normal_isf", [p], log_root(lambda z: mp.erfc(z / mp.sqrt(2)) / 2, m(p), 1e-3, 40)])
for df in [1.0, 3.0, 9.5, 30.0, 200.0]:
    for p in [1e-12, 1e-6, 0.001, 0.025, 0.05, 0.3]:
        x = 1 - log_root(lambda y: 1 - ratio(df / 2, 0.5, 1 - y), 1 - 2 * m(p), 1e-9, 1 - m(10) ** -40)
        rows.append(["student_isf", [p, df], mp.sqrt(m(df) * (1 - x) / x)])
for a, b in [(1.0, 3.0), (7.0, 15.0), (0.5, 0.5), (200.0, 30.0), (3.0, 998.0)]:
    for p in [1e-10, 0.00005, 0.025, 0.5, 0.975]:
        rows.append(["beta_inv", [p, a, b], log_root(lambda x: ratio(a, b, x), m(p), m(10) ** -30, 1)])
for x in [0.01, 0.3, 0.8192, 1.0, 2.7, 3.84, 6.6, 20.0, 100.0, 900.0]:
    rows.append(["chi2_1_sf", [x], mp.erfc(mp.sqrt(m(x) / 2))])
for i in range(1, 81):
    x = i * 0.05
    rows.append(["erfc", [x], mp.erfc(m(x))])

out = {
    "generator": "tests/golden/special.py",
    "mpmath": mp.__version__,
    "columns": ["function", "args", "value"],
    "rows": [[name, args, float(value)] for name, args, value in rows],
}
path = pathlib.Path(__file__).with_name("special.json")
path.write_text(json.dumps(out, separators=(",", ":")).replace("],[", "],\n[") + "\n")
