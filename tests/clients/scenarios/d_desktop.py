"""Telegram Desktop signs in by the QR code on its screen, which a TDLib user confirms."""
import asyncio

from desktop import Desktop
from harness import Failed, expect


async def test_qr_login(stage):
    phone = await stage.person('tdlib', 'Phone')
    desktop = Desktop(stage.server, stage.dir / 'desktop')
    try:
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
        expect('Desktop' in session['application'] or session['version'], 'what was confirmed: %r' % session)
        for _ in range(30):
            rows = [a for a in await phone.authorizations() if not a['current']]
            if rows:
                break
            await asyncio.sleep(1)
        expect(len(rows) == 1, 'the desktop is among the authorisations: %r' % rows)
        await asyncio.sleep(5)
        await desktop.picture('signed-in.png')
    finally:
        await desktop.end()
