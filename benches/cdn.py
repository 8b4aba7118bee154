"""A CDN node by itself: hits, how long they take, and which misses its cache leaves."""
import os

from host import Stops, bare, two_cores
from measure import BUILD, DATA, MIB, SHORT, Ratio, figures, in_turn, median, of, run, seconds, tell
from servers import Nginx, Node, Takers

ROUNDS = 2 if SHORT else 7
SLICES = 4 if SHORT else 40  # of 250 ms each (cdn_load.c)


def hits(takers, on_node, on_client):
    """One core of a node : nginx over TLS on the same core : the same cryptography in a bare loop; MB/s that the node gives."""
    size = 4 if SHORT else 80
    file = DATA / 'file'
    file.write_bytes(os.urandom(size * MIB))
    with Nginx(file, on_node) as ng:
        takers.load('hits', 1)  # paged in, windows of TCP open
        ng.download(on_client)
        got = in_turn(ROUNDS, {'hits': lambda: takers.load('hits', 1), 'nginx': lambda: ng.download(on_client),
                               'alone': lambda: bare('bare_serve', on_node, on_client)})
    each, mb = of(got['hits'], 'cdn_hits')
    each_cpu, cpu = of(got['hits'], 'cdn_hits_cpu_a_mb')
    ratio, of_alone = Ratio(each, got['nginx']), Ratio(got['alone'], each_cpu)
    tell('cdn hits', '%.0f MB/s by 16 connections, 128 KiB at a time; %.2f ms of the node a MB' % (mb, cpu),
         'in turn with it, %d times: nginx over TLS (AES-256-GCM), a file of %d MiB: %.0f MB/s; opening a chunk, SHA-256, IGE and CTR '
         'alone: %.2f ms a MB' % (ROUNDS, size, median(got['nginx']), median(got['alone'])),
         'ratios %s, %s' % (ratio, of_alone), '>= 0.50, >= 0.85', ratio.median >= 0.5 and of_alone.median >= 0.85)
    return mb


def latency(takers, rate, on_node, on_client):
    """p99 of each slice of a quarter of a second, for the host decides that of the whole; and what the host took."""
    stops = Stops([on_node, on_client], seconds(3))
    f = takers.load('latency', rate, SLICES / 4)
    stops.again()
    tell('cdn latency', 'at 0.7 of that, due at random moments: p50 %.2f ms; p99 %.2f in the median slice of %.0f ms, %.2f in the best, within 5 in '
         '%d of %d; p99 of everything %.1f, most %.0f ms' % (f['cdn_hit_p50'], f['cdn_hit_p99_median'], f['cdn_slice'], f['cdn_hit_p99_best'],
                                                        f['cdn_hit_within'], f['cdn_hit_slices'], f['cdn_hit_p99'], f['cdn_hit_most']),
         'the host: %s\n%11s the node was busy for %.0f %% of the time, the client for %.0f; it asked %.2f ms late at p99; others here '
         'had the core of the node for %.1f ms a second, that of the client for %.1f' % (
             stops, '', f['cdn_busy'], f['cdn_client_busy'], f['cdn_asked_p99'], f['cdn_node_waited'], f['cdn_client_waited']),
         'of the wanted: the median slice %.2f, everything %.2f' % (f['cdn_hit_p99_median'] / 5, f['cdn_hit_p99'] / 5), '<= 5 ms in the median slice',
         f['cdn_hit_p99_median'] <= 5)


def cache():
    """Misses of its cache : those of an LRU."""
    slots = [10000] if SHORT else [10000, 50000, 100000]
    t = figures(run(BUILD / 'benches/bench-cdn-trace', 100000 if SHORT else 5000000, *slots))
    less = min(1 - t['miss_%d' % s] / t['miss_lru_%d' % s] for s in slots)
    tell('cdn misses', ', '.join('%.1f %% with room for %d of 1,000,000' % (100 * t['miss_%d' % s], s) for s in slots),
         'LRU: ' + ', '.join('%.1f %%' % (100 * t['miss_lru_%d' % s]) for s in slots), 'at least %.1f %% less' % (100 * less), '>= 7 %', less >= 0.07)
    index = max(t['index_%d' % s] for s in slots)
    tell('cdn index', '%.1f bytes a chunk' % index, '', 'of the wanted: %.2f' % (index / 32), '<= 32 bytes', index <= 32)


def bench_cdn():
    """hits of a CDN node on one core : nginx over TLS on the same core; bare cryptography; misses of its cache : those of an LRU"""
    on_node, on_client = two_cores()
    with Node(on_node) as node, Takers(node, on_client) as takers:
        latency(takers, 0.7 * hits(takers, on_node, on_client), on_node, on_client)
    cache()
