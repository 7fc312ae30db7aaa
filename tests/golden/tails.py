"""Reference tails for tests/golden/tails.json: mpmath at 60 digits.

    python -m venv v && v/bin/pip install mpmath==1.4.1 && v/bin/python tests/golden/tails.py

Each row is [function, args, ln(value)], so that tails below the smallest double are covered.
"""
import json
import pathlib

import mpmath as mp

mp.mp.dps = 60


def m(x):
    return mp.mpf(x)


def norm_sf(z):
    return mp.erfc(m(z) / mp.sqrt(2)) / 2


def series(a, b, x, y):
    """I_x(a, b) = x^a y^b / (a B(a, b)) * 2F1(a + b, 1; a + 1; x), all terms positive."""
    term = total = mp.mpf(1)
    n = 0
    while term > total * mp.eps:
        term *= x * (a + b + n) / (a + 1 + n)
        total += term
        n += 1
    front = a * mp.log(x) + b * mp.log(y) - mp.log(a) - (mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b))
    return mp.exp(front) * total


def beta_lower(a, b, x, y=None):
    """I_x(a, b), by whichever end has the shorter series; the far one at the digits that it cancels."""
    a, b, x = m(a), m(b), m(x)
    y = 1 - x if y is None else y
    if x < mp.mpf("0.99"):
        return series(a, b, x, y)
    lost = -(a * mp.log(x * (a + b) / a) + b * mp.log(y * (a + b) / b)) / mp.log(10)
    with mp.workdps(60 + max(0, int(lost) + 20)):
        return 1 - series(b, a, +y, +x) if y > 0 else mp.mpf(1)


def t_sf(t, df):
    t, df = m(t), m(df)
    if t < 0:
        return 1 - t_sf(-t, df)
    with mp.workdps(60 + int(t * t / 4 if t * t < df else 0)):
        return beta_lower(df / 2, mp.mpf("0.5"), df / (df + t * t), t * t / (df + t * t)) / 2


def binom_ge(k, n, p):
    return mp.mpf(1) if k == 0 else beta_lower(k, n - k + 1, p)


def binom_pmf(k, n, p):
    p = m(p)
    return mp.exp(mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1) + k * mp.log(p)
                  + (n - k) * mp.log(1 - p))


def main():
    rows = []

    def add(name, f, *args):
        rows.append([name, list(args), float(mp.log(f(*args)))])

    for z in [-8.5, -5, -2.2, -1, -0.3, 0, 1e-9, .1, .3, .5, .7, .9, 1.1, 1.3, 1.6448536269514722, 2, 2.3, 2.9,
              3.3, 4.1, 5.5, 7, 9, 12.3, 15, 20, 25.5, 30, 33.3, 37.4, 45, 120]:
        add("normal", norm_sf, z)
    for df in [.3, 1, 2, 2.8, 3.5, 5, 9, 19, 30, 99, 199.5, 1000, 12031, 1e6, 1e9]:
        for t in [-3.0, -.4, 0.001, .2, .7, .99, 1.01, 1.5, 2.0, 2.886, 4.4, 8.0, 21.0, 37.0, 120.0, 1e6]:
            if t in (1e6,) and df > 1e5:
                continue
            add("student", t_sf, t, df)
    for n, ks in [(1, [1]), (5, [0, 1, 3, 5]), (25, [1, 9, 13, 14, 20, 25]), (100, [1, 40, 50, 51, 60, 75, 100]),
                  (1000, [3, 450, 500, 520, 600, 1000]), (20000, [9900, 10000, 10200, 12000]),
                  (1000000, [499000, 500001, 505000, 520000])]:
        for k in ks:
            for p in [.5, .3, .02, .97, .4999]:
                if n > 1000 and abs(k / n - p) > .2:
                    continue
                add("binomial_ge", binom_ge, k, n, p)
                add("binomial_pmf", binom_pmf, k, n, p)
    for a, b, x in [(.5, .5, .3), (1, 1, .2), (.5, 3, .9), (2, 1e6, .001), (200, 300, .5), (200, 300, .3),
                    (7, 15, .05), (1e5, 3, .9999), (3, 1e5, 1e-5), (3e5, 4e5, .43), (3e5, 4e5, .4286), (50, 1, .5)]:
        add("beta", beta_lower, a, b, x)
    out = {"generator": "tests/golden/tails.py", "mpmath": mp.__version__, "columns": ["function", "args", "ln_value"],
           "rows": rows}
    text = json.dumps(out).replace("[[", "[\n[").replace("], [\"", "],\n[\"")
    pathlib.Path(__file__).with_name("tails.json").write_text(text + "\n")
    print(len(rows), "rows")


main()
