"""A server of ours, clients of others, and what the scenarios need of both."""
import asyncio
import collections
import contextlib
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENV = pathlib.Path(os.environ.get('TEST_ENV', ROOT / '.test-env')).absolute()
CHAPAR = os.environ.get('CHAPAR', ROOT / 'build/chapar')
PYTHON = ENV / 'python/bin/python'


def telethon(version):
    return [PYTHON, HERE / 'drivers/telethon_driver.py'], {'PYTHONPATH': '%s:%s' % (ENV / ('telethon-' + version), ENV / 'plugins')}


# name: (command, environment)
LIBRARIES = {
    'telethon': telethon('1.43.2'),
    'telethon-old': telethon('1.24.0'),
    'telethon-new': telethon('1.45.0'),
    'pyrogram': ([PYTHON, HERE / 'drivers/pyrogram_driver.py'], {}),
    'mtcute': (['node', HERE / 'drivers/mtcute.mjs'], {}),
    'gramjs': (['node', HERE / 'drivers/gramjs.mjs'], {}),
    'tdlib': (['node', HERE / 'drivers/tdlib.mjs'], {}),
    'gotd': ([ENV / 'gotd-driver'], {}),  # only where a recent Go built it
}


class Failed(Exception):
    """What a scenario expected and did not see."""


class NotMade(Failed, AttributeError):
    """A test asks its stage for what an earlier test should have put there."""


class Refused(Exception):
    """The client answered with an error: code (of the server, or None) and its name."""

    def __init__(self, what, error):
        super().__init__('%s: %s %s\n%s' % (what, error['code'], error['name'], error['text']))
        self.code, self.name = error['code'], error['name']


def expect(condition, what):
    if not condition:
        raise Failed(what)


def expect_equal(got, wanted, what):
    if got != wanted:
        raise Failed('%s:\n  got    %r\n  wanted %r' % (what, got, wanted))


async def until_answered(operation, each=10, **arguments):
    """As a client that a person uses: it tries again, with the same random_id, until the server has answered.
    each: seconds after which it takes a call for lost; its library may still repeat it later."""
    end = time.monotonic() + 30
    while True:
        try:
            return await operation(timeout=each, **arguments)
        except (Failed, Refused) as e:
            if time.monotonic() > end or isinstance(e, Refused) and e.code and 400 <= e.code < 500 and e.code != 420:
                raise
            await asyncio.sleep(0.3)


async def until(what, ask, wanted=True, timeout=20):
    """Asks again until the answer is as wanted (a value, or a function of it)."""
    end = time.monotonic() + timeout
    while True:
        got = await ask()
        if wanted(got) if callable(wanted) else got == wanted:
            return got
        expect(time.monotonic() < end, '%s: %r' % (what, got))
        await asyncio.sleep(0.1)


async def add_members(owner, chat, *people):
    """Into a supergroup or channel, by somebody who has TDLib; what they see of it may come later."""
    await owner.invoke(method='addChatMembers', args={'chat_id': chat, 'user_ids': [p.me['id'] for p in people]})


async def new_room(owner, title, *members, is_channel=False, description='', **more):
    """A supergroup, or channel, of owner's, who has TDLib; these come into it, and have it in their lists (bots have none). Its id."""
    about = {'title': title, 'is_channel': is_channel, 'description': description, 'message_auto_delete_time': 0, **more}
    chat = (await owner.invoke(method='createNewSupergroupChat', args=about))['id']
    if members:
        await add_members(owner, chat, *members)
    for m in members:
        await until('it is in his list', m.dialogs, lambda v: any(d['peer'] == chat for d in v))
    return chat


async def refused(name, call):
    """The call ends with an error of this name, as each library writes it."""
    try:
        await call
    except Refused as e:
        expect(name in (e.name or '').upper().replace(' ', '_'), 'it is refused with %s, not %s' % (name, e.name))
    else:
        expect(False, 'it is refused with %s' % name)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, dir, *options, prefix=(), env=None, config=None):
        """prefix: a command that starts the server's; env: more of the environment; config: a file of settings."""
        self.prefix, self.env = prefix, env or {}
        self.dir = pathlib.Path(dir)
        self.data = self.dir / 'data'
        self.host, self.port, self.http = '127.0.0.1', free_port(), free_port()
        self.options = [*options, *(['--config', config] if config else []), *os.environ.get('CHAPAR_OPTIONS', '').split()]
        self.log = self.dir / 'server.log'
        self.process = None
        self.key = self.data / 'server.pub.pem'

    async def start(self):
        args = [*self.prefix, CHAPAR, 'serve', '--data', self.data, '--listen', '%s:%d' % (self.host, self.port),
                '--http', '%s:%d' % (self.host, self.http), '--test-numbers', *self.options]
        with open(self.log, 'a') as log:
            self.process = await asyncio.create_subprocess_exec(*map(str, args), stdin=asyncio.subprocess.DEVNULL,
                                                                stdout=asyncio.subprocess.PIPE, stderr=log,
                                                                env={**os.environ, **self.env})
        try:
            line = await asyncio.wait_for(self.process.stdout.readline(), 15)
        except asyncio.TimeoutError:
            line = b'(nothing in 15 s)'
        expect(line.startswith(b'ready '), 'the server says it is ready, not %r\n%s' % (line, self.tail()))

    @property
    def worker(self):
        """The process that serves: the child of the one that watches it."""
        return int(pathlib.Path('/proc/%d/task/%d/children' % ((self.process.pid,) * 2)).read_text().split()[0])

    async def health(self):
        """The status and text of GET /healthz"""
        def ask():
            try:
                with urllib.request.urlopen('http://%s:%d/healthz' % (self.host, self.http), timeout=5) as r:
                    return r.status, r.read().decode()
            except urllib.error.HTTPError as e:
                return e.code, e.read().decode()
        return await asyncio.to_thread(ask)

    async def kill(self):
        """kill -9, as a crash or a power cut would."""
        self.process.kill()
        await self.process.wait()

    async def restart_after_kill(self, pause=0.5):
        await self.kill()
        await asyncio.sleep(pause)
        await self.start()

    async def stop(self):
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), 10)
            except asyncio.TimeoutError:
                await self.kill()
                raise Failed('the server ends within 10 s of SIGTERM')
        code = self.process.returncode if self.process else 0
        expect(code in (0, -9), 'the server ends with 0, not %s\n%s' % (code, self.tail()))

    def tail(self, lines=25):
        return '\n'.join(self.log.read_text(errors='replace').splitlines()[-lines:]) if self.log.exists() else ''

    async def metrics(self):
        """{'name{labels}': value} of GET /metrics"""
        url = 'http://%s:%d/metrics' % (self.host, self.http)
        text = await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=5).read().decode())
        rows = (line.rsplit(' ', 1) for line in text.splitlines() if line and line[0] != '#')
        return {name: float(value) for name, value in rows}


class Client:
    """One process with one library in it. Operations are its methods: await client.send(to=7, text='x')."""

    def __init__(self, library, dir):
        self.library = library
        self.dir = pathlib.Path(dir)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.events = []
        self.arrived = asyncio.Condition()
        self.pending = {}
        self.ids = itertools.count(1)
        self.process = None
        self.me = None

    def __repr__(self):
        return '%s(%s)' % (self.library, self.dir.name)

    async def spawn(self):
        command, env = LIBRARIES[self.library]
        with open(self.dir / 'driver.log', 'a') as log:
            self.process = await asyncio.create_subprocess_exec(
                *map(str, command), env={**os.environ, **env}, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=log, limit=1 << 26, cwd=self.dir)  # Pyrogram notes unknown errors there
        self.reader = asyncio.create_task(self._listen())

    async def _listen(self):
        while line := await self.process.stdout.readline():
            o = json.loads(line)
            if 'event' in o:
                async with self.arrived:
                    self.events.append(o)
                    self.arrived.notify_all()
            elif (waiter := self.pending.pop(o['#'], None)) and not waiter.done():
                waiter.set_result(o)
        for waiter in self.pending.values():
            if not waiter.done():
                waiter.set_exception(Failed('%r ended\n%s' % (self, self.tail())))

    async def call(self, operation, timeout=60, **arguments):
        id = next(self.ids)
        waiter = self.pending[id] = asyncio.get_running_loop().create_future()
        self.process.stdin.write((json.dumps({'#': id, 'do': operation, **arguments}) + '\n').encode())
        await self.process.stdin.drain()
        try:
            o = await asyncio.wait_for(waiter, timeout)
        except asyncio.TimeoutError:
            raise Failed('%r: no answer to %s in %d s\n%s' % (self, operation, timeout, self.tail())) from None
        if 'error' in o:
            raise Refused('%r: %s' % (self, operation), o['error'])
        return o['ok']

    def __getattr__(self, operation):
        if operation.startswith('_'):
            raise AttributeError(operation)
        return lambda **arguments: self.call(operation, **arguments)

    def mark(self):
        """Where wait(since=) starts: what the client hears from now on."""
        return len(self.events)

    async def wait(self, kind, pick=lambda e: True, since=0, timeout=30):
        """The first event of this kind since then for which pick(event) is true."""
        async def look():
            at = since
            async with self.arrived:
                while True:
                    for at in range(at, len(self.events)):
                        e = self.events[at]
                        if e['event'] == kind and pick(e):
                            return e
                    at = len(self.events)
                    await self.arrived.wait()
        try:
            return await asyncio.wait_for(look(), timeout)
        except asyncio.TimeoutError:
            heard = collections.Counter(e['event'] for e in self.events[since:])
            raise Failed('%r hears %s within %d s; it heard %s\n%s' % (self, kind, timeout, dict(heard), self.tail())) from None

    async def wait_text(self, text, kind='new', since=0, timeout=30):
        return (await self.wait(kind, lambda e: e['message']['text'] == text, since, timeout))['message']

    async def end(self):
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        if self.process:
            await self.reader

    def tail(self, lines=15):
        files = [self.dir / 'driver.log', self.dir / 'tdlib.log']
        return '\n'.join('%s: %s' % (f.name, s) for f in files if f.exists()
                         for s in f.read_text(errors='replace').splitlines()[-lines:])


class Stage:
    """One server and whoever a scenario brings to it; everything ends with it."""
    numbers = itertools.count(1)

    def __init__(self, name, long=False, dir=None, **how):
        """how: more for Server."""
        self.name, self.long = name, long
        self.dir = pathlib.Path(dir or tempfile.mkdtemp(prefix='chapar-%s-' % name))
        self.server = Server(self.dir, **how)
        self.clients, self.processes = [], []  # processes: others that end with it

    def __getattr__(self, name):
        raise NotMade('the stage has no %r: an earlier test of the file makes it' % name)

    @contextlib.asynccontextmanager
    async def another(self, name, settings=None, **how):
        """A stage beside this one, with a server of its own that is treated badly. settings: the text of its file of them."""
        (self.dir / name).mkdir()
        if settings:
            how['config'] = str(self.dir / name / 'settings.ini')
            pathlib.Path(how['config']).write_text(settings)
        stage = Stage(name, self.long, self.dir / name, **how)
        try:
            await stage.server.start()
            yield stage
        except BaseException:
            print('\n'.join('# ' + s for s in stage.server.tail().splitlines()))
            for c in stage.clients + stage.processes:
                await c.end()
            await stage.server.kill()
            raise
        await stage.end()

    async def client(self, library, name=None, **options):
        """A connected client; the name is that of its data folder (a known one: the client comes back)."""
        c = Client(library, self.dir / (name or '%s-%d' % (library, len(self.clients))))
        self.clients.append(c)
        await c.spawn()
        at = {'host': self.server.host, 'port': self.server.port, 'key': str(self.server.key), **options}
        c.hello = await c.connect(dir=str(c.dir), **at)
        return c

    async def person(self, library, first=None, **options):
        """A client with a new account: me = its user, phone, first name."""
        c = await self.client(library, **options)
        n = next(self.numbers)
        await self.sign_in(c, '99966%d%04d' % (1 + n % 9, n), first or library.capitalize())
        return c

    async def sign_in(self, c, phone, first=None):
        c.phone, c.first = phone, first
        c.me = await c.sign_in(phone='+' + phone, code=phone[5] * 5, **({'first': first} if first else {}))
        return c

    async def acquaint(self, *people):
        """Everybody has everybody else as a contact, so that all know ids and access hashes."""
        for a in people:
            for b in people:
                if a is not b and a.me['id'] != b.me['id']:
                    u = await a.add_contact(phone='+' + b.phone, first=b.first)
                    expect(u and u['id'] == b.me['id'], '%r finds %r by phone: %r' % (a, b, u))

    async def end(self):
        for c in self.clients + self.processes:
            await c.end()
        await self.server.stop()


async def admin(stage, *words, code=0):
    """What it prints, as JSON; with another exit code, what it says on standard error."""
    p = await asyncio.create_subprocess_exec(str(CHAPAR), 'admin', '--data', str(stage.server.data), '--json', *map(str, words),
                                             stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, err = await asyncio.wait_for(p.communicate(), 60)
    expect_equal(p.returncode, code, 'exit code of admin %s: %s%s' % (' '.join(map(str, words)), out.decode(), err.decode()))
    return json.loads(out) if code == 0 or out else err.decode()


ALLOWED = HERE / 'tdlib/allowed-log.txt'


def allowed_log_lines():
    """Lines `REGEX  # reason`; one without a reason is a defect of the file."""
    rules = []
    for line in ALLOWED.read_text().splitlines():
        if line.strip() and not line.startswith('#'):
            rule, _, reason = line.partition('  # ')
            expect(reason.strip(), '%s: a reason for %s' % (ALLOWED.name, rule))
            rules.append(re.compile(rule.strip()))
    return rules


def tdlib_complaints(client):
    """Warnings and errors in the client's TDLib log that nobody has allowed."""
    rules = allowed_log_lines()
    lines = re.sub(r'\x1b\[[\d;]*m', '', (client.dir / 'tdlib.log').read_text(errors='replace')).splitlines()
    return [s for s in lines if re.match(r'\[ [012]\]', s) and not any(r.search(s) for r in rules)]


MTCUTE_ALLOWED = (
    # It pings while it connects and again once connected, and remembers the second alone.
    'pong to unknown ping',
    # After three kills in a row it waits 5.6 s before it connects again, and takes the pong that nobody could send for missing; what
    # it has sealed for the session that it then drops is sent first of all.
    '[connecting] ping timeout, no pong',
    '[connecting] read timeout, last read was',
    'ignoring message with invalid sessionId',
    # One shared key in 199 has a leading zero byte, which it drops: its hash is wrong, and it does the handshake again.
    'Step 4: invalid nonce hash',
    # Who was thrown out while he was away asks what he has missed there.
    'error fetching difference for %d: 400 CHANNEL_PRIVATE',
    # Who is thrown out while it waits for a gap there to close: how far it was it forgets, but not what waits.
    'local pts not available for postponed',
    # It was told to disconnect while it asked what it had missed.
    'error fetching difference for %d: Error: Session is reset',
    'error fetching common difference: Error: Session is reset',
    # The tests kill the server.
    'encountered an error while sending, reconnecting: Error: write E',
    'encountered an error while sending, reconnecting: Error: This socket has been ended by the other party',
)


def expect_clean_logs(*clients):
    for c in clients:
        if c.library == 'tdlib':
            bad = tdlib_complaints(c)
            expect(not bad, '%r has nothing to complain of:\n%s' % (c, '\n'.join(bad[:20])))
        elif c.library == 'mtcute':
            log = (c.dir / 'driver.log').read_text(errors='replace')
            bad = [s for s in log.splitlines() if re.match(r'(WARN|ERROR)\b', s) and not any(t in s for t in MTCUTE_ALLOWED)]
            expect(not bad, '%r has nothing to complain of:\n%s' % (c, '\n'.join(bad[:20])))
