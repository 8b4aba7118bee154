"""cdn [--seconds N] [--out FILE.svg]: a core and five CDN nodes on this machine, people who download from them, and what happens when
four of them are revoked, killed, silent, slow. Ends with a table and a picture of bytes per source over time."""
import argparse
import asyncio
import collections
import contextlib
import pathlib
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / 'tests/clients')]
sys.dont_write_bytecode = True
from cdn_nodes import Node, crowd, crowd_end  # noqa: E402
from harness import Failed, Stage, admin  # noqa: E402
from picture import draw  # noqa: E402

PEOPLE, FILES, AT_ONCE, KIB, RATE = 40, 50, 48, 600, 4 << 20
LOSSES = (('revoke', 'its licence is gone: the operator revokes it'),
          ('kill', 'somebody pulls the plug: kill -9'),
          ('swallows', 'the route to it swallows every packet'),
          ('slow', 'its route is throttled to 1 KB/s'))


def say(text, began):
    print('%5.1f s  %s' % (time.monotonic() - began, text), flush=True)


async def lose(node, how):
    if how == 'revoke':
        await node.revoke('a demonstration')
    elif how == 'kill':
        await node.kill()
    else:
        await node.splice.set(how)


async def watch(stage, nodes, began, seen):
    """Says when a node comes into another state."""
    while True:
        for row in (await admin(stage, 'cdn', 'list'))['rows']:
            if seen.setdefault(row['dc'], 'active') != row['state']:
                seen[row['dc']] = row['state']
                say('       node %d is %s' % (row['dc'], row['state']), began)
        await asyncio.sleep(0.3)


def read_trace(path):
    """{dc: [(second, bytes)]}, 0 for the core"""
    rows = collections.defaultdict(list)
    for line in path.read_text().splitlines():
        ms, dc, n = map(int, line.split())
        rows[dc].append((ms / 1000, n))
    return dict(rows)


async def show(stage, seconds, out):
    nodes = []
    print('Five CDN nodes: each has a licence, an address, a lease of its own; none has a key of any file.')
    for how in [how for how, _ in LOSSES] + ['stays']:
        nodes.append(await Node(stage, 'node-' + how, country='', lease=30).up(rate=RATE))
    print('%d people come, and %d files into a channel.' % (PEOPLE, FILES))
    trace = stage.dir / 'trace'
    p = await crowd(stage, '--clients', PEOPLE, '--files', FILES, '--part', KIB, '--window', AT_ONCE, trace=trace)
    began, events = time.monotonic(), []
    say('they download; every byte is compared with what it should be', began)
    watcher = asyncio.create_task(watch(stage, nodes, began, {}))
    for node, (how, text) in zip(nodes, LOSSES):
        await asyncio.sleep(seconds / (len(LOSSES) + 1))
        if p.returncode is not None:
            break
        say('node %d: %s' % (node.dc, text), began)
        events.append((time.monotonic() - began, '%s %d' % (how, node.dc)))
        await lose(node, how)
    told, words = await crowd_end(p)
    watcher.cancel()
    say('done', began)
    rows = read_trace(trace)
    out.write_text(draw(rows, events))
    print('\n%-22s %10s' % ('bytes from', 'MiB'))
    for dc in sorted(rows):
        print('%-22s %10.1f' % ('node %d' % dc if dc else 'the core itself', sum(n for _, n in rows[dc]) / 2**20))
    print('\n%d downloads, %d failed, %d with a wrong byte; the longest took %.1f s.%s' % (
        told['downloads'], told['failed'], told['wrong'], told['download_most'] / 1000, '\n' + words if words else ''))
    clean = (await admin(stage, 'cdn', 'log', '--verify'))['clean']
    print("The log of the nodes' lives is %s. The picture: %s" % ('as it was written' if clean else 'NOT as it was written', out))
    for node in nodes:
        with contextlib.suppress(Failed):
            await node.stop()
    return not told['failed'] and not told['wrong'] and clean


async def main():
    a = argparse.ArgumentParser(prog='./demo cdn', description=__doc__.split(': ', 1)[1])
    a.add_argument('--seconds', type=int, default=30, help='between the first loss and the end, about')
    a.add_argument('--out', type=pathlib.Path, default=ROOT / 'build/demo-cdn.svg')
    a = a.parse_args()
    dir = pathlib.Path(tempfile.mkdtemp(prefix='chapar-demo-'))
    config = dir / 'core.ini'
    config.write_text('[cdn]\npopular = 0\naudit_seconds = 5\n')
    stage = Stage('demo', dir=dir, config=str(config))
    await stage.server.start()
    try:
        fine = await show(stage, a.seconds, a.out)
    finally:
        await stage.end()
    shutil.rmtree(dir)
    return 0 if fine else 1

if __name__ == '__main__':
    sys.exit(asyncio.run(main()))
