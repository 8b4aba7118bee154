"""CDN nodes as processes, each behind a splice: what clients and the core's probes see of a node is the splice's address."""
import asyncio
import contextlib
import os
import pathlib
import re
import signal
import time

from harness import CHAPAR, Failed, admin, expect, free_port
from splice import Splice


class Node:
    def __init__(self, stage, name, dir=None, disk=False, ram=64, **options):
        """ram: MiB; options: more for `admin cdn add`, as country='XX', lease=120."""
        self.stage, self.name, self.ram, self.options = stage, name, ram, options
        self.dir = pathlib.Path(dir or stage.dir / name)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.config, self.log = self.dir / 'node.conf', self.dir / 'node.log'
        self.disk = self.dir / 'cache' if disk else None
        self.port, self.link_port = free_port(), free_port()
        self.process = self.dc = self.splice = None

    async def add(self, licence='a licence for a test', days=30, rate=None):
        """planned, licensed: known to the core. rate: of its splice."""
        self.splice = await Splice(('127.0.0.1', self.port), rate=rate).open()
        more = [w for k, v in self.options.items() for w in ('--' + k.replace('_', '-'), v)]
        made = await admin(self.stage, 'cdn', 'add', self.name, '--address', '127.0.0.1:%d' % self.splice.port,
                           '--link', '127.0.0.1:%d' % self.link_port, '--config-out', self.config, *more)
        self.dc = made['dc']
        text = re.sub(r'(?m)^listen *=.*$', 'listen = 127.0.0.1:%d' % self.port, self.config.read_text())
        text += '\nram_mib = %d\nkey_file = %s\n' % (self.ram, self.dir / 'node.key.pem')
        if self.disk:
            text += 'disk_file = %s\ndisk_mib = 64\n' % self.disk
        self.config.write_text(text)
        await admin(self.stage, 'cdn', 'license', self.dc, '--text', licence,
                    '--until', time.strftime('%Y-%m-%d', time.gmtime(time.time() + days * 86400)))
        return self

    async def start(self):
        if self not in self.stage.processes:
            self.stage.processes.append(self)
        with open(self.log, 'a') as log:
            self.process = await asyncio.create_subprocess_exec(
                str(CHAPAR), 'cdn', '--config', str(self.config), stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=log)
        try:
            line = await asyncio.wait_for(self.process.stdout.readline(), 15)
        except asyncio.TimeoutError:
            line = b'(nothing in 15 s)'
        expect(line.startswith(b'ready '), 'node %s says it is ready, not %r\n%s' % (self.name, line, self.tail()))
        return self

    async def live(self):
        return await admin(self.stage, 'cdn', 'show', self.dc)

    async def activate(self):
        """Active, linked, with a lease and published."""
        await admin(self.stage, 'cdn', 'activate', self.dc)
        end = time.monotonic() + 15
        while not (await self.live())['link'] == 'up':
            expect(time.monotonic() < end, 'node %s gets its lease: %r\n%s' % (self.name, await self.live(), self.tail()))
            await asyncio.sleep(0.1)
        return self

    async def up(self, **how):
        await self.add(**how)
        await self.start()
        return await self.activate()

    async def revoke(self, why='a test'):
        return await admin(self.stage, 'cdn', 'revoke', self.dc, '--why', why)

    async def end(self):
        """With its stage, should nobody have ended it."""
        if self.process and self.process.returncode is None:
            await self.kill()

    async def kill(self):
        """kill -9: power off, or seized."""
        self.process.kill()
        await self.process.wait()

    async def stop(self):
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), 8)
            except asyncio.TimeoutError:
                await self.kill()
                raise Failed('node %s ends within 8 s of SIGTERM' % self.name) from None
            expect(self.process.returncode == 0, 'node %s ends with 0, not %s\n%s' % (self.name, self.process.returncode, self.tail()))
        if self.splice:
            await self.splice.close()

    def tail(self, lines=15):
        return '\n'.join(self.log.read_text(errors='replace').splitlines()[-lines:]) if self.log.exists() else ''


@contextlib.asynccontextmanager
async def core(stage, name, taker='telethon', settings='', names=('Giver', 'Taker'), **how):
    """A server that sends whoever can to nodes, and two people: who gives has Telethon. settings: more of [cdn]; how: of the taker."""
    async with stage.another(name, settings='[cdn]\npopular = 0\n' + settings) as one:
        two = await one.person('telethon', names[0]), await one.person(taker, names[1], **how)
        await one.acquaint(*two)
        yield one, *two


async def crowd(stage, *options, bench=None, trace=None, what='cdn-downloads'):
    """chapar-bench, begun: its process, once people and files are there and the downloads begin."""
    program = bench or pathlib.Path(CHAPAR).parent / 'chapar-bench'
    words = [what, '--to', '127.0.0.1:%d' % stage.server.port, '--key', stage.server.key, *options]
    if trace:
        words += ['--trace', trace]
    p = await asyncio.create_subprocess_exec(*map(str, [program, *words]), stdin=asyncio.subprocess.DEVNULL,
                                             stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ)
    line = await asyncio.wait_for(p.stdout.readline(), 240)
    if line != b'ready\n':
        raise Failed('the crowd comes: %r %s' % (line, (await p.stderr.read()).decode()))
    return p


async def crowd_end(p, within=600):
    """{'name': number} of what it told, and its words if something failed."""
    try:
        out, err = await asyncio.wait_for(p.communicate(), within)
    except asyncio.TimeoutError:
        p.kill()
        raise Failed('the crowd is done within %d s' % within) from None
    told = {w[0]: float(w[1]) for w in (line.split() for line in out.decode().splitlines()) if len(w) >= 2}
    return told, err.decode()
