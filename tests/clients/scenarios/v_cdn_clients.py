"""gotd/td downloads through a CDN node, and without one once it is lost; a thousand who miss the same chunk of a node at once."""
from cdn_nodes import Node, crowd, crowd_end
from harness import ENV, expect, expect_equal, until
from media_files import digest, fetch, give, some_file

MIB = 1 << 20


async def test_gotd(stage):
    if not (ENV / 'gotd-driver').exists():
        return 'gotd/td was not built: it wants Go 1.25 or later (Debian 12 has 1.19); tests/clients/install tells more'
    settings = stage.dir / 'core.ini'
    settings.write_text('[cdn]\npopular = 0\n')
    async with stage.another('go', config=str(settings)) as one:
        giver = await one.person('telethon', 'Giver')
        # It dials node and stand-in at once and keeps whose connection stands first: who is nearer.
        taker = await one.person('gotd', 'Taker', away=30)
        await one.acquaint(giver, taker)
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
    settings = stage.dir / 'flock.ini'
    settings.write_text('[cdn]\npopular = 0\naudit_seconds = 0\n')
    async with stage.another('flock', config=str(settings)) as flock:
        node = await Node(flock, 'small', ram=2).up()
        told, words = await crowd_end(await crowd(flock, what='cdn-misses'))
        expect_equal((told.get('misses'), told.get('reuploads'), told.get('served'), words), (1000, 1000, 1000, ''), 'the crowd')
        live = await node.live()
        print('# reuploads answered after %.0f ms (p50), %.0f ms (the last)' % (told['reupload_p50'], told['reupload_most']))
        expect_equal(live['asked'], 1000, 'calls that asked for the node to be filled')
        expect_equal(live['filled'], told['chunks'] + 8, 'chunks sent: the file, and once more the MiB that was missed')
        await node.stop()
