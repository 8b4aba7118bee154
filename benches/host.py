"""The machine itself: its cores, and what its host takes of them."""
import os
import subprocess

from measure import BUILD, figures, run, seconds

SLICE = 250  # ms


def two_cores():
    """What stands before the command line of a server, and of its load client: a core each, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    return ([], []) if len(cores) < 2 else (['taskset', '-c', cores[0]], ['taskset', '-c', cores[-1]])


def bare(kind, on_server, on_client):
    """Milliseconds a MB of bare cryptography on the server's core, with the other one as busy as the load client keeps it."""
    limits = [BUILD / 'benches/bench-limits', 'crypto']
    busy = subprocess.Popen([*map(str, on_client), *limits, str(seconds(60)), kind], stdout=subprocess.DEVNULL) if on_client else None
    try:
        return 1000 / figures(run(*on_server, *limits, 1, kind))[kind]
    finally:
        if busy:
            busy.kill()
            busy.wait()


class Stops:
    """How often a process that only spins is stopped on each of these cores, while nothing else runs there: before and after a run."""

    def __init__(self, where, n):
        self.where, self.n, self.seen = [w for i, w in enumerate(where) if w not in where[:i]], n, []
        self.again()

    def again(self):
        spinning = [subprocess.Popen([*map(str, w), BUILD / 'benches/bench-limits', 'stops', str(self.n), str(SLICE)], stdout=subprocess.PIPE,
                                     text=True) for w in self.where]
        self.seen.append([figures(p.communicate()[0]) for p in spinning])

    def __str__(self):
        each = [f for both in self.seen for f in both]
        on = ['%d of %d' % tuple(sum(both[i][k] for both in self.seen) for k in ('stops_in', 'stops_slices')) for i in range(len(self.where))]
        lost, others = (sum(f[k] for f in each) / len(each) for k in ('stops_lost', 'stops_others'))
        return 'a process that only spins was stopped for over 1 ms in %s slices of %d ms (%d s before, %d s after; core by core), for %.1f ms at ' \
            'most, %.1f ms a second, %.1f of them by others here' % (' and '.join(on), SLICE, self.n, self.n,
                                                                     max(f['stops_longest'] for f in each), lost, others)
