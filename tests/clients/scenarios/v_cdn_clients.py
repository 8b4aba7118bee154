"""gotd/td downloads through a CDN node, and without one once it is lost."""
from cdn_nodes import Node
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
        taker = await one.person('gotd', 'Taker', away=30, nodes=True)
        unlike = await one.person('gotd', 'As it is', away=30)
        await one.acquaint(giver, taker)
        await one.acquaint(giver, unlike)
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
        # Its own resolver refuses tcpo_only without a secret: it is at the stand-in, and then takes everything from the core.
        expect_equal(await take(unlike), 0, 'of a file by its own resolver')
        await node.kill()
        more = await take(taker)
        expect(more < MIB, 'once the node is lost a file comes from the core: %d bytes' % more)
        await node.stop()
