"""CDN nodes as processes: TDLib is sent to them and gets the same bytes, also while its node is revoked or killed; others are not."""
import asyncio
import datetime
import re
import time

from harness import CHAPAR, admin, expect, expect_clean_logs, expect_equal, free_port, until
from media_files import digest, everybody as people_of, fetch, give, some_file

SIZE = 12_000_000


class Relay:
    """Between clients and a node: as many bytes a second as it is told."""

    def __init__(self, port, to):
        self.port, self.to, self.rate = port, to, 0
        self.tasks = set()

    async def start(self):
        self.server = await asyncio.start_server(self.on_client, '127.0.0.1', self.port)

    async def on_client(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        try:
            r, w = await asyncio.open_connection('127.0.0.1', self.to)
            await asyncio.gather(self.pump(reader, w, False), self.pump(r, writer, True))
        except (OSError, asyncio.CancelledError):
            pass  # somebody left, or the relay is closed
        finally:
            writer.close()

    async def pump(self, reader, writer, slow):
        while some := await reader.read(16384):
            if slow and self.rate:
                await asyncio.sleep(len(some) / self.rate)
            writer.write(some)
            await writer.drain()
        writer.close()

    async def close(self):
        self.server.close()
        for t in self.tasks:
            t.cancel()


class Node:
    """A node of this server, licensed and active; its clients come through a relay."""

    async def start(self, stage, name):
        self.stage, port, link = stage, free_port(), free_port()
        self.relay = Relay(free_port(), port)
        await self.relay.start()
        self.config = stage.dir / (name + '.ini')
        o = await admin(stage, 'cdn', 'add', name, '--address', '127.0.0.1:%d' % self.relay.port, '--link', '127.0.0.1:%d' % link,
                        '--lease', 8, '--config-out', self.config)
        self.dc = o['dc']
        text = self.config.read_text()
        self.config.write_text(re.sub('(?m)^listen = .*$', 'listen = 127.0.0.1:%d' % port, text))
        expect_equal(self.config.stat().st_mode & 0o777, 0o600, 'mode of the configuration')
        await self.run()
        tomorrow = (datetime.datetime.utcnow() + datetime.timedelta(days=1)).strftime('%Y-%m-%dT%H:%M:%SZ')
        await admin(stage, 'cdn', 'license', self.dc, '--until', tomorrow, '--text', 'for a test')
        await admin(stage, 'cdn', 'activate', self.dc)
        await until('the link is up', self.link, 'up')
        return self

    async def run(self):
        with open(self.config.with_suffix('.log'), 'a') as log:
            self.process = await asyncio.create_subprocess_exec(str(CHAPAR), 'cdn', '--config', str(self.config), stderr=log,
                                                                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE)
        line = await asyncio.wait_for(self.process.stdout.readline(), 15)
        expect(line.startswith(b'ready '), 'the node says it is ready, not %r' % line)

    async def show(self):
        return await admin(self.stage, 'cdn', 'show', self.dc)

    async def link(self):
        return (await self.show())['link']

    async def bytes(self):
        """That it served, by its own account, once its last report has come."""
        before = None
        while (now := (await self.show())['bytes']) != before:
            before = now
            await asyncio.sleep(2.5)
        return now

    async def kill(self):
        await self.relay.close()
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


async def everybody(stage):
    """All of them, with a server that sends whoever can to nodes; the same file for all, from Telethon."""
    if not hasattr(stage, 'people'):
        settings = stage.dir / 'cdn.ini'
        settings.write_text('[cdn]\npopular = 0\n')
        await stage.server.stop()
        stage.server.options += ['--config', str(settings)]
        await stage.server.start()
        stage.nodes = []
    return await people_of(stage, 'telethon', 'tdlib', 'mtcute', 'gramjs', 'pyrogram')


async def new_node(stage, name):
    for n in stage.nodes:  # one at a time: which node has a file is nobody's choice
        if (await n.show())['state'] == 'active':
            await admin(stage, 'cdn', 'drain', n.dc)
    stage.nodes.append(await Node().start(stage, name))
    return stage.nodes[-1]


async def begin(stage, client, a, path):
    """The client has begun to download a new message's file, and has a part of it: (the download, when it is done)."""
    _, theirs = await give(a, client, path)
    download = asyncio.create_task(fetch(stage, client, a.me['id'], theirs['id']))
    await until('some of it has come', lambda: client.downloaded(of=a.me['id'], id=theirs['id']), lambda n: n > 1_000_000)
    expect(not download.done(), 'and not all of it')
    return download


async def test_through_the_node(stage):
    people = await everybody(stage)
    node, a, td = await new_node(stage, 'first'), people['telethon'], people['tdlib']
    path = some_file(stage, SIZE)
    _, theirs = await give(a, td, path)
    expect_equal(digest(await fetch(stage, td, a.me['id'], theirs['id'])), digest(path), 'what TDLib got')
    served = await node.bytes()
    expect(served >= SIZE * 0.9, 'the node served it, not %d bytes' % served)
    shown = await node.show()
    expect(shown['redirects'] > 0 and shown['filled'] >= SIZE // 131072, 'redirects and fills: %r' % shown)
    second = await stage.person('tdlib')
    await stage.acquaint(a, second)
    _, theirs = await give(a, second, path)
    expect_equal(digest(await fetch(stage, second, a.me['id'], theirs['id'])), digest(path), 'what another TDLib got')
    expect(await node.bytes() >= 1.9 * SIZE, 'from the node, too')
    expect_equal((await node.show())['filled'], shown['filled'], 'chunks: nothing goes there twice')
    stage.second = second


async def test_others_are_not_sent(stage):
    people = await everybody(stage)
    node, a, path = stage.nodes[0], people['telethon'], some_file(stage, SIZE)
    before = await node.show()
    for name in 'mtcute', 'gramjs', 'pyrogram':
        _, theirs = await give(a, people[name], path)
        expect_equal(digest(await fetch(stage, people[name], a.me['id'], theirs['id'])), digest(path), 'what %s got' % name)
    mine, _ = await give(a, people['mtcute'], path)
    expect_equal(digest(await fetch(stage, a, people['mtcute'].me['id'], mine['id'])), digest(path), 'what Telethon got')
    expect_equal((await node.show())['redirects'], before['redirects'], 'redirects')
    expect(await node.bytes() - before['bytes'] < SIZE / 10, 'the node has served nothing but what it had not reported before')


async def test_revoke_under_way(stage):
    people = await everybody(stage)
    node, td = await new_node(stage, 'revoked'), people['tdlib']
    node.relay.rate = 1_000_000
    path = some_file(stage, SIZE)
    download = await begin(stage, td, people['telethon'], path)
    await admin(stage, 'cdn', 'revoke', node.dc, '--why', 'its licence was taken away')
    began = time.monotonic()
    expect_equal(digest(await asyncio.wait_for(download, 30)), digest(path), 'what TDLib got')
    print('# revoked: done after %.1f s' % (time.monotonic() - began))
    shown = await node.show()
    redirects = shown['redirects']
    expect(shown['bytes'] < SIZE, 'the rest came from elsewhere')
    await give(people['telethon'], td, some_file(stage, SIZE))
    expect_equal((await node.show())['redirects'], redirects, 'redirects after it was revoked')
    await admin(stage, 'cdn', 'wipe', node.dc)
    expect_equal((await node.show())['state'], 'wiped', 'state')


async def test_kill_under_way(stage):
    people = await everybody(stage)
    node, td = await new_node(stage, 'killed'), people['tdlib']
    node.relay.rate = 1_000_000
    path = some_file(stage, SIZE)
    download = await begin(stage, td, people['telethon'], path)
    await node.kill()
    began = time.monotonic()
    expect_equal(digest(await asyncio.wait_for(download, 60)), digest(path), 'what TDLib got')
    print('# killed: done after %.1f s' % (time.monotonic() - began))
    await until('the link is down', node.link, 'down')


async def test_log(stage):
    await everybody(stage)
    rows = (await admin(stage, 'cdn', 'log', '--limit', 1000))['rows']
    expect(any(r['event'] == 'revoked' and 'taken away' in r['details'] for r in rows), 'the revocation is in the log')
    o = await admin(stage, 'cdn', 'log', '--verify')
    expect(o['clean'] and o['rows_right'] == len(rows), 'the log is as it was written: %r' % o)


async def test_clean_logs(stage):
    people = await everybody(stage)
    expect_clean_logs(*people.values(), stage.second)
    for n in stage.nodes:
        await n.kill()
