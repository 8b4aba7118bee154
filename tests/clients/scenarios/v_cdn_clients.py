"""gotd/td downloads through a CDN node, and without one once it is lost; a thousand who miss the same chunk of a node at once; the last
redirect; what was taken down; nodes that may have files of some countries alone."""
import asyncio
import time

from cdn_nodes import Node, core, crowd, crowd_end
from harness import ENV, Refused, admin, expect, expect_clean_logs, expect_equal, until
from media_files import digest, fetch, give, some_file

MIB = 1 << 20


async def test_gotd(stage):
    if not (ENV / 'gotd-driver').exists():
        return 'gotd/td was not built: it wants Go 1.25 or later (Debian 12 has 1.19); tests/clients/install tells more'
    # It dials node and stand-in at once and keeps whose connection stands first: who is nearer.
    async with core(stage, 'go', 'gotd', away=30) as (one, giver, taker):
        expect_equal((await taker.call('me'))['id'], taker.me['id'], 'who gotd is')
        node = await Node(one, 'near', lease='10').up()

        async def take(who):
            """How much of it came from the node."""
            path, at = some_file(one, 3 * MIB + 12345), '127.0.0.1:%d' % node.splice.port
            before = (await who.sources()).get(at, 0)
            _, theirs = await give(giver, who, path)
            got = await fetch(one, who, giver.me['id'], theirs['id'])
            expect_equal(digest(got), digest(path), 'the file')
            return (await who.sources()).get(at, 0) - before

        came = await take(taker)
        expect(came > 3 * MIB, 'the file came from the node: %d bytes, %r' % (came, await taker.sources()))
        await until('and the node says so', node.live, lambda n: n['bytes'] > 3 * MIB, timeout=30)
        await node.kill()
        more = await take(taker)
        expect(more < MIB, 'once the node is lost a file comes from the core: %d bytes' % more)
        await node.stop()


async def test_thousand_misses(stage):
    """However many miss a chunk at once, the core reads and sends its MiB once."""
    async with stage.another('flock', settings='[cdn]\npopular = 0\naudit_seconds = 0\n') as flock:
        node = await Node(flock, 'small', ram=2).up()
        told, words = await crowd_end(await crowd(flock, what='cdn-misses'))
        expect_equal((told.get('misses'), told.get('reuploads'), told.get('served'), words), (1000, 1000, 1000, ''), 'the crowd')
        live = await node.live()
        print('# reuploads answered after %.0f ms (p50), %.0f ms (the last)' % (told['reupload_p50'], told['reupload_most']))
        expect_equal(live['asked'], 1000, 'calls that asked for the node to be filled')
        expect_equal(live['filled'], told['chunks'] + 8, 'chunks sent: the file, and once more the MiB that was missed')
        await node.stop()


def get_file(at, offset):
    return ('upload.GetFileRequest(InputDocumentFileLocation(%d, %d, bytes.fromhex(%r), ""), %d, 4096, cdn_supported=True)'
            % (at['id'], at['access_hash'], at['reference'], offset))


async def test_last_redirect(stage):
    """From when somebody says `cdn revoke`, nobody is sent to the node for more than a second."""
    async with core(stage, 'last') as (last, giver, taker):
        node = await Node(last, 'node').up()
        mine, _ = await give(giver, taker, some_file(last, 24 * MIB))
        at = await giver.location(of=taker.me['id'], id=mine['id'])
        times, revoking, began = [], None, None
        for i in range(24 * MIB // 4096):  # each range once: it is redirected as long as there is a node
            said = await giver.call('call', text=get_file(at, i * 4096))
            now = time.monotonic()
            if said['_'] == 'FileCdnRedirect':
                times.append(now)
            if i == 100:
                began, revoking = time.monotonic(), asyncio.create_task(node.revoke())
            if began and now > began + 2:
                break
        await revoking
        expect(len(times) >= 100, 'before that each range is redirected: %d' % len(times))
        expect(now > began + 2, 'it is asked for long enough')
        print('# the last redirect %.3f s after the command began' % (times[-1] - began))
        expect(times[-1] - began <= 1, 'no redirect later than 1 s after: %.3f' % (times[-1] - began))
        await node.stop()


async def test_taken_down(stage):
    """What the operator takes down goes from nodes, and nobody is sent there for it."""
    async with core(stage, 'down', settings='audit_seconds = 0\n') as (down, giver, taker):
        node = await Node(down, 'node', lease='10').up()
        path = some_file(down, 3 * MIB)
        mine, _ = await give(giver, taker, path)
        at = await giver.location(of=taker.me['id'], id=mine['id'])
        expect_equal((await giver.call('call', text=get_file(at, 0)))['_'], 'FileCdnRedirect', 'the first answer')
        await until('the node has all of it', node.live, lambda n: n['chunks'] == 24, timeout=30)
        await admin(down, 'media', 'take-down', digest(path))
        await until('the node has nothing of it', node.live, lambda n: n['chunks'] == 0, timeout=30)
        try:
            said = (await giver.call('call', text=get_file(at, 4096)))['_']
        except Refused as e:
            said = str(e)
        expect('CdnRedirect' not in said, 'what is said of it then: %s' % said)
        live = await node.live()
        expect_equal((live['drops'], live['filled'], live['windows_waiting'], live['files_waiting']), (1, 24, 0, 0), 'sent and dropped')
        await node.stop()


async def test_homes(stage):
    """A node that may have files of some countries alone (numbers of tests are of FT) has no byte of others, whoever asks, and whatever
    was given out before."""
    async with core(stage, 'homes', 'tdlib', settings='audit_seconds = 0\n') as (homes, giver, taker):
        foreign = await Node(homes, 'foreign', lease='10', homes='ir,AZ').up()
        shown = await foreign.live()
        expect_equal((shown['homes'], shown['countries']), ('IR,AZ', 'all'), 'whose files it may have, and whom it serves')

        async def take(size=3 * MIB):
            path = some_file(homes, size)
            _, theirs = await give(giver, taker, path)
            expect_equal(digest(await fetch(homes, taker, giver.me['id'], theirs['id'])), digest(path), 'the file')

        await take()
        shown = await foreign.live()
        expect_equal((shown['redirects'], shown['filled'], shown['chunks']), (0, 0, 0), 'what the foreign node was sent')
        expect(shown['withheld'] > 0, 'and that it says so: %r' % shown)
        metrics = await homes.server.metrics()
        expect(metrics['chapar_cdn_withheld_total{dc="%d"}' % foreign.dc] >= shown['withheld'], 'to whoever watches, too')
        home = await Node(homes, 'home', lease='10', homes='IR,FT').up(rate=4 * MIB)
        await take()
        await until('the home node serves', home.live, lambda n: n['bytes'] >= 3 * MIB, timeout=30)
        expect_equal((await foreign.live())['filled'], 0, 'chunks that the foreign node was sent')

        # In the middle of a file its homes are others: it loses what it had, and the token that TDLib has fills nothing any more.
        taking, passed = asyncio.create_task(take(12 * MIB)), home.splice.passed
        await until('it comes from the node', lambda: asyncio.sleep(0, home.splice.passed), lambda n: n > passed + 2 * MIB)
        said = await admin(homes, 'cdn', 'license', home.dc, '--homes', 'IR')
        expect_equal((said['state'], said['homes']), ('active', 'IR'), 'what is said of it')
        await asyncio.wait_for(taking, 60)
        await until('it has nothing of before', home.live, lambda n: n['link'] == 'up' and n['chunks'] == 0, timeout=30)
        before = await home.live()
        await take()
        after = await home.live()
        expect_equal((after['filled'], after['redirects']), (before['filled'], before['redirects']), 'what it was sent since')
        rows = (await admin(homes, 'cdn', 'log', '--limit', 1000))['rows']
        expect(any(r['event'] == 'licensed' and '"homes":"IR"' in r['details'] for r in rows), 'it is in the log')
        expect_equal((await admin(homes, 'cdn', 'log', '--verify'))['clean'], True, 'the log is as it was written')
        await home.stop()
        await foreign.stop()
        expect_clean_logs(taker)


async def test_core_restarts(stage):
    """A core that ends as it should and comes again finds its nodes as they were, in the middle of a download, too; killed, it does not."""
    async with core(stage, 'again', 'tdlib', settings='audit_seconds = 0\n') as (again, giver, taker):
        node = await Node(again, 'node', lease='20').up(rate=2 * MIB)

        async def chunks():
            live = await node.live()
            return live['link'] == 'up' and live['chunks']

        path = some_file(again, 12 * MIB)
        _, theirs = await give(giver, taker, path)
        taking = asyncio.create_task(fetch(again, taker, giver.me['id'], theirs['id']))
        await until('it comes from the node', lambda: asyncio.sleep(0, node.splice.passed), lambda n: n > MIB)
        await again.server.stop()
        expect(not taking.done(), 'the core ends in the middle')
        await again.server.start()
        expect_equal(digest(await asyncio.wait_for(taking, 60)), digest(path), 'the file')
        await until('the node has what it had, and the rest', chunks, 96, timeout=60)
        expect_equal([w for line in node.log.read_text().splitlines() for w in line.split() if w.startswith('cache=')],
                     ['cache=new', 'cache=kept'], 'what the node says of its leases')
        await again.server.restart_after_kill()
        await until('it begins anew', chunks, 0, timeout=60)
        await node.stop()
        expect_clean_logs(taker)
