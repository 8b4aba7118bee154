"""Telegram Desktop (Debian's) under Xvfb and the network guard: no human, no real address. What it shows is read off the screen."""
import asyncio
import os
import pathlib
import re

from harness import HERE, Failed


async def output(*command, env=None):
    p = await asyncio.create_subprocess_exec(*map(str, command), env=env, stdin=asyncio.subprocess.DEVNULL,
                                             stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, err = await p.communicate()
    return p.returncode, out, err.decode(errors='replace')


class Desktop:
    def __init__(self, server, dir):
        self.server, self.dir = server, pathlib.Path(dir)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.processes = []

    async def spawn(self, *command, **more):
        with open(self.dir / 'desktop.log', 'a') as log:
            p = await asyncio.create_subprocess_exec(*map(str, command), stdin=asyncio.subprocess.DEVNULL, stdout=log,
                                                     stderr=log, start_new_session=True, **more)
        self.processes.append(p)
        return p

    async def start(self):
        binary = self.dir / 'telegram-desktop'
        code, out, err = await output('node', HERE / 'tdlib/prepare.mjs', '/usr/bin/telegram-desktop', self.server.key, binary)
        if code:
            raise Failed('Telegram Desktop takes our key: ' + err)
        display = os.open(self.dir / 'display', os.O_RDWR | os.O_CREAT)
        await self.spawn('Xvfb', '-displayfd', display, '-screen', '0', '1000x700x24', '-fbdir', self.dir, '-nolisten', 'tcp',
                         pass_fds=[display])
        for _ in range(100):
            number = (self.dir / 'display').read_text().strip()
            if number:
                break
            await asyncio.sleep(0.1)
        os.close(display)
        (self.dir / 'work').mkdir(exist_ok=True)
        env = {**os.environ, 'DISPLAY': ':' + number, 'QT_QPA_PLATFORM': 'xcb', 'LIBGL_ALWAYS_SOFTWARE': '1',
               'LD_PRELOAD': out.decode().strip(), 'GUARD_TO': '%s:%d' % (self.server.host, self.server.port),
               'XDG_RUNTIME_DIR': str(self.dir), 'HOME': str(self.dir), 'DBUS_SESSION_BUS_ADDRESS': 'disabled:'}
        await self.spawn(binary, '-workdir', '%s/' % (self.dir / 'work'), '-many', '-noupdate', env=env)

        self.env = env

    async def press(self, key):
        await output('xdotool', 'key', key, env=self.env)

    async def click(self, x, y):
        await output('xdotool', 'mousemove', x, y, 'click', '1', env=self.env)

    async def picture(self, name='screen.png'):
        file = self.dir / name
        await output('convert', 'xwd:%s' % (self.dir / 'Xvfb_screen0'), file)
        return file

    async def login_link(self, timeout=60):
        """The tg://login link of the QR code on the screen."""
        for _ in range(timeout):
            file = await self.picture()
            await output('convert', file, '-resize', '300%', self.dir / 'large.png')
            _, out, _ = await output('zbarimg', '-q', '--raw', self.dir / 'large.png')
            found = re.search(rb'tg://login\?token=\S+', out)
            if found:
                return found.group(0).decode()
            await asyncio.sleep(1)
        raise Failed('Telegram Desktop shows a QR code within %d s (%s)' % (timeout, self.dir / 'screen.png'))

    async def end(self):
        for p in reversed(self.processes):
            if p.returncode is None:
                p.kill()
                await p.wait()
