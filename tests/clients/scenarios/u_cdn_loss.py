"""CDN nodes are lost while people download: revoked, killed, silent, slow, on a route that damages, with an altered cache, without a
licence. Nobody sees an error, and every byte is right."""
import asyncio
import os
import time

from cdn_nodes import Node, core, crowd, crowd_end
from harness import admin, expect, expect_clean_logs, expect_equal, until
from media_files import digest, fetch, give, some_file

MIB = 1 << 20
# Seconds until TDLib, in the foreground, has its file after this befell the node.
LIMITS = {'revoke': 2, 'kill': 13, 'swallows': 13, 'slow': 20}
SETTINGS = 'drain_seconds = 200000\naudit_seconds = 2\naudit_from = 127.0.0.2\n'


async def state(stage, node):
    return (await admin(stage, 'cdn', 'show', node.dc))['state']


async def lose(stage, node, how):
    if how == 'revoke':
        await node.revoke()
    elif how == 'kill':
        await node.kill()
    elif how == 'licence':
        tomorrow = time.strftime('%Y-%m-%d', time.gmtime(time.time() + 86400))
        await admin(stage, 'cdn', 'license', node.dc, '--text', 'a last day', '--until', tomorrow)
    elif how == 'altered':
        with open(node.disk, 'r+b') as f:
            for at in range(0, node.disk.stat().st_size, 65536):
                f.seek(at)
                f.write(os.urandom(64))
    else:
        await node.splice.set(how)


async def test_in_mid_file(stage):
    """One node a time, lost in the middle of a file of 12 MB: how long until TDLib has all of it."""
    async with core(stage, 'one', 'tdlib', SETTINGS) as (one, giver, taker):
        await taker.call('foreground')
        took = {}
        for how, limit in LIMITS.items():
            path = some_file(one, 12 * MIB + 12345)
            _, theirs = await give(giver, taker, path)
            node = await Node(one, how).up(rate=4 * MIB)
            whole = asyncio.create_task(fetch(one, taker, giver.me['id'], theirs['id']))
            await until('it comes from the node', lambda: asyncio.sleep(0, node.splice.passed), lambda n: n > 2 * MIB)
            expect(not whole.done(), 'it is lost in the middle')
            began = time.monotonic()
            await lose(one, node, how)
            got = await asyncio.wait_for(whole, 60)
            took[how] = time.monotonic() - began
            expect_equal(digest(got), digest(path), 'the file after ' + how)
            print('# %s: whole after %.1f s' % (how, took[how]))
            await until('the node is nothing any more', lambda: state(one, node), 'revoked', timeout=30)
            await node.stop()
        for how, limit in LIMITS.items():
            expect(took[how] <= limit, 'TDLib is done %d s after %s: %.1f' % (limit, how, took[how]))
        expect_equal((await admin(one, 'cdn', 'log', '--verify'))['clean'], True, 'the log is as it was written')
        failed = {k: v for k, v in (await one.server.metrics()).items() if k.startswith('chapar_cdn_probes_failed_total')}
        expect(sum(failed.values()) >= 2, 'probes that failed are counted: %r' % failed)
        expect_clean_logs(taker)


async def test_crowd(stage):
    """Many people at once, TDLib among them, in the foreground; node after node is lost, each when TDLib has so much of its share."""
    hows = 'revoke', 'kill', 'swallows', 'slow', 'damages', 'altered', 'licence'
    people, files, tdlib_files, at_once = (50, 200, 200, 4) if stage.long else (30, 250, 6, 1)
    async with core(stage, 'many', 'tdlib', SETTINGS) as (many, giver, taker):
        await taker.call('foreground')
        nodes = {how: await Node(many, how, disk=how == 'altered').up() for how in (*hows, 'stays')}
        paths = [some_file(many, MIB + 1000 * i) for i in range(tdlib_files)]
        sent = [(await give(giver, taker, p))[1]['id'] for p in paths]
        p = await crowd(many, '--clients', people, '--files', files, '--window', 8 if stage.long else 4)
        turn, took = asyncio.Semaphore(at_once), []

        async def take(id):
            async with turn:
                began = time.monotonic()
                path = await fetch(many, taker, giver.me['id'], id)
                took.append(time.monotonic() - began)
            return digest(path)
        taking = asyncio.gather(*[take(id) for id in sent])
        for n, how in enumerate(hows):
            await until('TDLib has some', lambda: asyncio.sleep(0, len(took)), lambda k: k >= n * tdlib_files // (len(hows) + 1), timeout=120)
            print('# %s: when TDLib has %d of its files' % (how, len(took)), flush=True)
            await lose(many, nodes[how], how)
        expect(not taking.done() and p.returncode is None, 'nobody has everything by then')
        told, words = await crowd_end(p)
        print('# ' + ', '.join('%s %d' % (k, v) for k, v in told.items()))
        expect_equal((told.get('downloads'), told.get('failed'), told.get('wrong'), words), (people * files, 0, 0, ''), 'the crowd')
        expect(sum(v for k, v in told.items() if k.startswith('bytes_node')) > 0, 'nodes gave something')
        expect_equal(await asyncio.wait_for(taking, 300), [digest(p) for p in paths], 'what TDLib has')
        print('# TDLib: %d files, the slowest ones in %s s' % (len(took), ', '.join('%.1f' % t for t in sorted(took)[-8:])))
        for how in 'revoke', 'kill', 'swallows', 'slow', 'damages':
            await until('%s: revoked' % how, lambda: state(many, nodes[how]), 'revoked', timeout=30)
        expect_equal(await state(many, nodes['licence']), 'draining', 'the node whose licence ends')
        expect_equal(await state(many, nodes['stays']), 'active', 'the node that nothing befell')
        for node in nodes.values():
            await node.stop()
        expect_clean_logs(taker)
