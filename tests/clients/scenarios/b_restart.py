"""Clients that stay connected while the server is killed three times under them."""
import asyncio

from harness import expect, expect_clean_logs


async def come_back(stage, c, what):
    """The client answers a call of its own again: nothing but time may be needed."""
    for _ in range(30):
        try:
            return await c.call(what, timeout=20)
        except Exception:
            await asyncio.sleep(1)
    return await c.call(what, timeout=20)


async def three_kills(stage, library, what, **options):
    c = await stage.client(library, **options)
    await c.call(what)
    for _ in range(3):
        await stage.server.restart_after_kill()
        await come_back(stage, c, what)
    expect_clean_logs(c)
    await c.disconnect()
    expect_clean_logs(c)


async def test_tdlib(stage):
    await three_kills(stage, 'tdlib', 'config')


async def test_mtcute(stage):
    await three_kills(stage, 'mtcute', 'config')


async def test_mtcute_pfs(stage):
    await three_kills(stage, 'mtcute', 'config', pfs=True)


async def test_signed_in(stage):
    """The same with accounts: nobody is asked to sign in again."""
    people = [await stage.person('tdlib'), await stage.person('mtcute')]
    for _ in range(3):
        await stage.server.restart_after_kill()
        for c in people:
            expect((await come_back(stage, c, 'me'))['id'] == c.me['id'], '%r is who it was' % c)
            await come_back(stage, c, 'contacts')
    expect_clean_logs(*people)
