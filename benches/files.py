"""Files that go up and come down by MTProto, and what the machine could do at best with them."""
import os
import pathlib
import re
import tempfile
import time

from host import bare, two_cores
from measure import BUILD, DATA, MIB, SHORT, Failed, Ratio, figures, in_turn, median, of, run, seconds, tell
from servers import Nginx, Server

ROUNDS = 2 if SHORT else 5
ONE = '[server]\nloops = 1\n'


def disk_rate(size):
    """MB/s of so many MiB written to a file in the bench's folder and synced after each 4 MiB, as much as is under way in an upload."""
    block, file = os.urandom(4 * MIB), DATA / 'disk'
    began = time.monotonic()
    with open(file, 'wb', buffering=0) as f:
        for _ in range(size // 4):
            f.write(block)
            os.fdatasync(f.fileno())
    took = time.monotonic() - began
    file.unlink()
    return size * MIB / 1e6 / took


def forget_pages(folder):
    """What the system remembers of the files in it is on the disk, and forgotten."""
    for f in [f for f in folder.rglob('*') if f.is_file()]:
        try:
            with open(f, 'rb') as o:
                os.fsync(o.fileno())
                os.posix_fadvise(o.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        except FileNotFoundError:
            pass  # an upload's, which is a content by now


def bytes_read(pid):
    return int(re.search(r'^read_bytes: (\d+)', pathlib.Path('/proc/%d/io' % pid).read_text(), re.M)[1])


def bare_loop(file, on_server, on_client):
    """The same file by a loop that only reads, encrypts and sends: MB/s, and milliseconds of processor time a MB."""
    return figures(run(*on_server, BUILD / 'benches/bench-limits', 'serve', 1, file, on_client[-1] if on_client else -1))


def one_after_the_other(size, on_server, on_client):
    """Rounds of everything that carries a file of so many MiB, or is a part of it."""
    with tempfile.TemporaryDirectory(prefix='chapar-bench-', dir='/dev/shm') as folder, Server('media', prefix=on_server, config=ONE) as s, \
            Server('no-disk', prefix=on_server, config=ONE, where=folder) as memory:
        for each in (s, memory):
            each.load('upload', '--size', size, prefix=on_client)
        s.load('download', '--once', '--clients', 1, prefix=on_client)
        file = max((f for f in (s.data / 'blobs').rglob('*') if f.is_file()), key=lambda f: f.stat().st_size)
        with Nginx(file, on_server) as ng:
            return in_turn(ROUNDS, {
                'download': lambda: s.load('download', '--seconds', 1, '--warm', 1, prefix=on_client),
                'nginx': lambda: ng.download(on_client),
                'loop': lambda: bare_loop(file, on_server, on_client),
                'seal': lambda: bare('bare_seal', on_server, on_client),
                'seal_alone': lambda: bare('bare_seal_sha_alone', on_server, on_client),
                'upload': lambda: s.load('upload', '--size', size, prefix=on_client),
                'disk': lambda: disk_rate(size),
                'no_disk': lambda: memory.load('upload', '--size', size, prefix=on_client),
                'nginx_put': lambda: ng.upload(on_client, file),
                'open': lambda: bare('bare_open', on_server, on_client)})


def tell_downloads(got):
    each, mb = of(got['download'], 'download')
    each_cpu, cpu = of(got['download'], 'download_cpu_a_mb')
    loop, loop_cpu = (of(got['loop'], name) for name in ('bare_loop', 'bare_loop_cpu_a_mb'))
    ratio, of_bare, of_alone = Ratio(each, got['nginx']), Ratio(got['seal'], each_cpu), Ratio(got['seal_alone'], each_cpu)
    tell('download', '%.0f MB/s by 16 connections of one account, 128 KiB at a time; %.2f ms of the server a MB' % (mb, cpu),
         'in turn with it, %d times: nginx over TLS (AES-256-GCM), the same file: %.0f MB/s; SHA-256, IGE and CTR alone: %.2f ms a MB; '
         'with OpenSSL\'s SHA-256, one piece after the other: %.2f' % (ROUNDS, *(median(got[k]) for k in ('nginx', 'seal', 'seal_alone'))),
         'ratios %s, %s, %s' % (ratio, of_bare, of_alone), '>= 0.50, >= 0.85', ratio.median >= 0.5 and of_bare.median >= 0.85)
    tell('at best', '', 'a loop that only reads the same pieces, hashes, encrypts and sends them to as many sockets: %.0f MB/s, %.2f ms a MB' % (
        loop[1], loop_cpu[1]), 'a download to it: %s; itself to SHA-256, IGE and CTR alone: %s' % (
            Ratio(loop_cpu[0], each_cpu), Ratio(got['seal'], loop_cpu[0])), '', True)


def tell_uploads(got):
    each, mb = of(got['upload'], 'upload')
    each_cpu, cpu = of(got['upload'], 'upload_cpu_a_mb')
    ratio = Ratio(each, got['nginx'])
    tell('upload', '%.0f MB/s by 16 connections of one account, each part of 128 KiB on the disk before it is answered; %.2f ms of the '
         'server a MB' % (mb, cpu), 'in turn with it: nginx over TLS gives it at %.0f MB/s and takes it, with nothing synced, at %.0f; the disk alone, '
         'synced each 4 MiB: %.0f MB/s; CTR, IGE and SHA-256 alone: %.2f ms a MB' % tuple(median(got[k]) for k in ('nginx', 'nginx_put', 'disk', 'open')),
         'ratios %s, %s, %s, %s' % (ratio, Ratio(each, got['nginx_put']), Ratio(each, got['disk']), Ratio(got['open'], each_cpu)),
         '>= 0.50 of nginx giving it', ratio.median >= 0.5)
    each, mb = of(got['no_disk'], 'upload')
    each_cpu, cpu = of(got['no_disk'], 'upload_cpu_a_mb')
    tell('no disk', 'the same uploads with the data in memory (tmpfs), where a sync costs nothing: %.0f MB/s; %.2f ms of the server a MB' % (mb, cpu),
         '', 'ratios to nginx giving it, and taking it: %s, %s; to CTR, IGE and SHA-256 alone: %s' % (
             Ratio(each, got['nginx']), Ratio(each, got['nginx_put']), Ratio(got['open'], each_cpu)), '', True)


def bench_media():
    """files by MTProto on one core : by nginx over TLS on the same core; a bare loop; bare cryptography"""
    on_server, on_client = two_cores()
    got = one_after_the_other(4 if SHORT else 100, on_server, on_client)
    tell_downloads(got)
    tell_uploads(got)
    with Server('senders', prefix=on_server, config=ONE) as s:
        s.load('upload', '--size', 1, '--clients', 1, prefix=on_client)
        before, flows, size = memory(s.serving(), 'VmRSS'), *((50, 4) if SHORT else (1000, 200))
        f = s.load('upload', '--size', size, '--clients', flows, '--window', 1, '--part', 64, prefix=on_client)
        each = (memory(s.serving(), 'VmHWM') - before) * 1024 / flows
    tell('senders', '%d uploads at a time, 64 KiB each under way: %.0f MB/s; the server\'s memory grew by %.0f KiB an upload at most' % (
        flows, f['upload'], each), '', 'of the wanted: %.2f' % (each / 256), '<= 256 KiB', each <= 256)
    flows, size = (50, 1) if SHORT else (1000, 16)
    with Server('crowd', prefix=on_server, config=ONE) as s:
        s.load('upload', '--size', size, prefix=on_client)
        forget_pages(s.data / 'blobs')
        before = bytes_read(s.serving())
        f = s.load('download', '--once', '--clients', flows, '--window', 8, '--stall', seconds(5), prefix=on_client)
        read = (bytes_read(s.serving()) - before) / (size * MIB)
    most = max(f['most_memory_a_flow'], f['stalled_memory_a_flow'])
    tell('crowd', '%d downloads of a cold file of %d MiB: read %.2f times from the disk; %.0f MB/s; the server\'s memory grew by %.0f KiB '
         'a download, by %.0f while nobody read what he had asked for' % (flows, size, read, f['download'], f['most_memory_a_flow'] / 1024,
                                                                        f['stalled_memory_a_flow'] / 1024), '',
         'of the wanted: %.2f, %.2f' % (read / 1.1, most / 262144), '<= 1.1 times, <= 256 KiB', read <= 1.1 and most <= 262144)


def memory(pid, name):
    return int(re.search(r'^%s:\s+(\d+) kB' % name, pathlib.Path('/proc/%d/status' % pid).read_text(), re.M)[1]) / 1024


def bench_large():
    """a file of 3 GB up and down, every byte compared : the server's memory does not grow with it"""
    size = 24 if SHORT else 3000
    with Server('large') as s:
        s.load('upload', '--size', 1, '--clients', 1)
        before = memory(s.serving(), 'VmRSS')
        up = s.load('upload', '--size', size, '--part', 512)
        down = s.load('download', '--once', '--clients', 1, '--window', 4, '--part', 512)
        grew = memory(s.serving(), 'VmHWM') - before
        file = max((f for f in (s.data / 'blobs').rglob('*') if f.is_file()), key=lambda f: f.stat().st_size)
        hashed = run('sha256sum', file).split()[0]
    good = hashed == file.name and file.stat().st_size == size * MIB and down['compared'] == 100
    tell('large', '%d MiB: up %.0f MB/s, then %.1f s until it is a file; down %.0f MB/s; the server\'s memory grew by %.0f MiB at most' % (
        size, up['upload'], up['finish'] / 1000, down['download'], grew), '',
        'SHA-256 and every byte %s' % ('equal' if good else 'DIFFER'), 'equal, <= 64 MiB', good and grew <= 64)
    if not good:
        raise Failed('other bytes came down than went up')
