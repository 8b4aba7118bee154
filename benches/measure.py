"""What every bench of benches/run does: runs programs, reads their figures, measures several in turn, tells what came of it."""
import os
import pathlib
import re
import subprocess
from statistics import median

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get('CHAPAR_BUILD', ROOT / 'build'))
DATA = BUILD / 'bench-data'
MIB = 1048576
SHORT = bool(os.environ.get('BENCH_SHORT'))  # seconds instead of minutes: shows that it works, measures nothing


class Failed(Exception):
    """A program ended badly; its words."""


def seconds(n):
    return 2 if SHORT else n


def run(*args, timeout=1200):
    p = subprocess.run(list(map(str, args)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
    if p.returncode:
        raise Failed('%s\n%s%s' % (' '.join(map(str, args)), p.stdout, p.stderr))
    return p.stdout


def figures(text):
    """Lines "name value unit" as a dictionary."""
    return {m[1]: float(m[2]) for m in re.finditer(r'^(\w+) +(-?[\d.]+) \S+$', text, re.M)}


missed = []


def tell(what, figure, limit, ratio, target, met):
    """One figure: what was measured, what the machine could do, their ratio and what was asked for."""
    if not met:
        missed.append(what)
    said = 'short run' if SHORT else 'met' if met else 'MISSED'
    print('\n'.join(['%-11s %s' % (what, figure), *(['%11s %s' % ('', limit)] if limit else []), '%11s %s%s' % (
        '', ratio, '   wanted %s: %s' % (target, said) if target else '')]), flush=True)


def in_turn(rounds, contenders):
    """Each of the contenders, functions by name, once in each round: lists of what they gave, by name. A machine whose pace changes gives
    its good and bad seconds to all of them, so only what is of one round is compared."""
    gave = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, f in contenders.items():
            gave[name].append(f())
    return gave


class Ratio:
    """Of what two gave in the same rounds: the median of the rounds' ratios, and from the least to the largest."""

    def __init__(self, above, below):
        each = sorted(a / b for a, b in zip(above, below))
        self.median = median(each)
        self.said = '%.2f (%.2f to %.2f)' % (self.median, each[0], each[-1])

    def __str__(self):
        return self.said


def of(gave, name):
    """One figure of each round, and its median."""
    each = [f[name] for f in gave]
    return each, median(each)


def limit(name, n, *args):
    return figures(run(BUILD / 'benches/bench-limits', name, n, *args))
