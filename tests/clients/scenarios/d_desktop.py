"""Telegram Desktop signs in by the QR code on its screen, which a TDLib user confirms, and loads photos through a CDN node."""
import asyncio

from cdn_nodes import Node, core
from desktop import Desktop
from harness import Failed, expect, until
from media_files import blots, give, output

LEAST = 262144  # bytes that a node is asked for
SHARP = 100_000


async def signed_in(desktop, phone):
    """The session, as who confirmed it saw it."""
    await desktop.start()
    await asyncio.sleep(3)
    for _ in range(10):  # "Start messaging"; a key is lost until the window has the focus
        await desktop.press('Return')
        try:
            link = await desktop.login_link(6)
            break
        except Failed:
            continue
    else:
        raise Failed('Telegram Desktop shows a QR code (%s)' % (desktop.dir / 'screen.png'))
    session = await phone.confirm_qr(link=link)

    async def others():
        return [a for a in await phone.authorizations() if not a['current']]
    await until('the desktop is among the authorisations', others, lambda rows: len(rows) == 1, timeout=30)
    return session


async def test_qr_login(stage):
    phone = await stage.person('tdlib', 'Phone')
    desktop = Desktop(stage.server, stage.dir / 'desktop')
    try:
        session = await signed_in(desktop, phone)
        expect('Desktop' in session['application'] or session['version'], 'what was confirmed: %r' % session)
        await asyncio.sleep(5)
        await desktop.picture('signed-in.png')
    finally:
        await desktop.end()


async def large_photo(stage, name):
    """Noise, so that each of its larger sizes is."""
    path = stage.dir / name
    await output('convert', 'ppm:-', '-resize', '1280x960!', '-quality', '95', path, input=blots(640, 480))
    return path


async def noise(desktop, name):
    """Bytes that the middle of the chat needs as a PNG: a photo that is not loaded yet is a blur."""
    return len(await output('convert', await desktop.picture(name), '-crop', '300x200+480+300', 'png:-'))


async def asked_of(stage):
    return (await stage.server.metrics()).get('chapar_calls_total{method="upload.getFile"}', 0)


async def test_photo_through_a_node(stage):
    async with core(stage, 'cdn', 'tdlib', 'audit_seconds = 86400\n', ('Giver', 'Phone')) as (one, giver, phone):
        node = await Node(one, 'near', lease='10').up()
        desktop = Desktop(one.server, one.dir / 'desktop')
        try:
            await signed_in(desktop, phone)
            await give(giver, phone, await large_photo(one, 'first.jpg'), photo=True)
            await asyncio.sleep(3)
            await desktop.click(230, 120)  # opens the first chat
            await until('it is shown', lambda: noise(desktop, 'first.png'), lambda n: n > SHARP, timeout=40)
            shown = await until('it came from the node', node.live, lambda n: n['bytes'] >= LEAST, timeout=30)
            print('# %d bytes, %d hits, %d redirects' % (shown['bytes'], shown['hits'], shown['redirects']))
            await node.revoke()
            passed, asked = node.splice.passed, await asked_of(one)
            await give(giver, phone, await large_photo(one, 'second.jpg'), photo=True)
            await until('the core is asked for the other', lambda: asked_of(one), lambda n: n - asked >= LEAST // 131072, timeout=40)
            await until('and it is shown', lambda: noise(desktop, 'second.png'), lambda n: n > SHARP, timeout=40)
            expect(node.splice.passed - passed < 65536, 'nothing of it comes from the node')
        finally:
            await desktop.end()
        await node.stop()
