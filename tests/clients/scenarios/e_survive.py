"""What a server lives through: kills in the middle of sends, a full disk, a clock that steps back, packets played again."""
import asyncio
import contextlib
import os
import pathlib
import random
import resource
import shutil
import sqlite3
import struct
import subprocess
import time

from harness import Failed, Refused, expect, expect_clean_logs, expect_equal, free_port, tdlib_complaints, until_answered

FAKETIME = next(pathlib.Path('/usr/lib').glob('*/faketime/libfaketimeMT.so.1'), None)


async def whole_history(c, of):
    return [m for m in await until_answered(c.history, of=of.me['id']) if not m['service']]


async def test_kill_while_sending(stage):
    """Nothing that was acknowledged is lost, nothing is doubled, and a random_id means one message for ever."""
    senders = [await stage.person(name, 'Sender') for name in ('telethon', 'mtcute', 'gramjs', 'pyrogram')]
    reader = await stage.person('telethon', 'Reader')
    await stage.acquaint(reader, *senders)
    count, kills = (200, 12) if stage.long else (40, 3)
    sent = {c: {} for c in senders}
    numbers = {}
    ended = asyncio.Event()

    async def send(c, n):
        text = '%s %d' % (c.library, n)
        numbers[text] = number = str(random.getrandbits(63))
        sent[c][text] = (await until_answered(c.send, to=reader.me['id'], text=text, random_id=number))['id']

    async def work(c):
        for n in range(0, count, 4):  # four on their way at once
            await asyncio.gather(*(send(c, k) for k in range(n, n + 4)))

    async def kill():
        for _ in range(kills):
            await asyncio.sleep(random.uniform(0.3, 1))
            await stage.server.restart_after_kill(0.1)
            if ended.is_set():
                return
    killer = asyncio.create_task(kill())
    await asyncio.gather(*(work(c) for c in senders))
    ended.set()
    await killer
    for c in senders:
        mine = [(m['text'], m['id']) for m in await whole_history(c, reader)]
        expect_equal(sorted(mine), sorted(sent[c].items()), 'what %r has sent is there once, with the ids that it was told' % c)
        theirs = [m['text'] for m in await whole_history(reader, c)]
        expect_equal(theirs, [text for text, _ in mine], 'and the same, in the same order, for the reader')
        again = random.sample(sorted(sent[c]), 5)
        for text in again:
            m = await until_answered(c.send, to=reader.me['id'], text=text, random_id=numbers[text])
            expect_equal(m['id'], sent[c][text], 'the same random_id after the restart means the first message')
        expect_equal(len(await whole_history(reader, c)), count, 'no message is doubled')


class Tap:
    """A wire between a client and the server that keeps what the client says."""

    def __init__(self, server):
        self.server, self.said, self.port = server, [], free_port()

    async def open(self):
        self.listener = await asyncio.start_server(self.carry, '127.0.0.1', self.port)

    async def carry(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection(self.server.host, self.server.port)
        except OSError:
            return writer.close()
        self.said.append(bytearray())

        async def pipe(source, target, kept):
            with contextlib.suppress(OSError):
                while data := await source.read(1 << 16):
                    if kept is not None:
                        kept += data
                    target.write(data)
                    await target.drain()
            target.close()
        await asyncio.gather(pipe(reader, far_writer, self.said[-1]), pipe(far_reader, writer, None))

    async def close(self):
        self.listener.close()


def packets(said):
    """What was said by an intermediate transport: its first word, then each packet with its length."""
    yield said[:4]
    at = 4
    while at + 4 <= len(said):
        n, = struct.unpack_from('<I', said, at)
        yield said[at:at + 4 + n]
        at += 4 + n


async def play(server, said):
    """Says it again on a connection of its own, packet by packet; what the server answers."""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    for packet in packets(said):
        writer.write(packet)
        await asyncio.sleep(0.02)
    got = bytearray()
    with contextlib.suppress(asyncio.TimeoutError, OSError):
        async with asyncio.timeout(0.5):
            while data := await reader.read(1 << 16):
                got += data
    writer.close()
    return bytes(got)


async def test_replay(stage):
    """Encrypted packets that somebody kept and plays again do nothing: neither at once nor to a server that was killed since,
    even from a client whose clock is ahead, so that they seem to come from after the start."""
    wire = Tap(stage.server)
    await wire.open()
    a, b = await stage.person('telethon', 'Captured', transport='intermediate', port=wire.port), await stage.person('mtcute', 'Other')
    await stage.acquaint(a, b)
    await a.disconnect()
    await a.end()
    c = await stage.client('telethon', name=a.dir.name, transport='intermediate', port=wire.port, ahead=20)
    text = 'once and no more'
    m = await c.send(to=b.me['id'], text=text)
    await c.edit(to=b.me['id'], id=m['id'], text=text + ' (edited)')
    await c.draft(to=b.me['id'], text='an old thought')
    said = bytes(wire.said[-1])
    await c.edit(to=b.me['id'], id=m['id'], text=text + ' (edited again)')
    await c.draft(to=b.me['id'], text='a new thought')
    await c.disconnect()
    await c.end()
    await wire.close()
    seen = await stage.client('gramjs')
    await stage.sign_in(seen, a.phone)
    await seen.dialogs()

    async def look(when):
        got = [h['text'] for h in await until_answered(seen.history, of=b.me['id']) if not h['service']]
        expect_equal(got, [text + ' (edited again)'], 'the message is there once, as it was last, ' + when)
        got = [h['text'] for h in await until_answered(b.history, of=a.me['id']) if not h['service']]
        expect_equal(got, [text + ' (edited again)'], 'for the other side, too, ' + when)
        row = next(d for d in await until_answered(seen.chats) if d['peer'] == b.me['id'])
        expect_equal(row['draft'], 'a new thought', 'the draft is the last one ' + when)
    await look('before')
    await play(stage.server, said)
    await look('after a replay to the same server')
    for n in range(2):
        await stage.server.restart_after_kill(0.1)
        answer = await play(stage.server, said)
        key = list(packets(said))[1][4:12]
        expect(answer.count(key) >= 3, 'the server knows the key and answers, so the packets were read')
        await look('after a replay to a server that was killed %d times' % (n + 1))


async def test_long_absence(stage):
    """A difference of 10^4 events comes in slices, each event once, for a library and for TDLib."""
    count = 10000
    writer = await stage.person('telethon', 'Writer')
    away = await stage.person('telethon', 'Away')
    await stage.acquaint(writer, away)
    td = await stage.client('tdlib')
    await stage.sign_in(td, away.phone)
    await td.chats()
    await writer.send(to=away.me['id'], text='before')
    for c in away, td:
        await c.wait_text('before')
        await c.disconnect()
        await c.end()
    first = [await writer.send(to=writer.me['id'], text='n %d' % n) for n in range(100)]
    for _ in range(count // 100):
        await writer.forward(to=away.me['id'], source=writer.me['id'], ids=[m['id'] for m in first])
    last = await writer.send(to=away.me['id'], text='the last one')
    for library, name in ('telethon', away.dir.name), ('tdlib', td.dir.name):
        c = await stage.client(library, name=name)
        expect(c.hello['authorized'], 'it is still signed in')
        end = (await c.wait_text('the last one', timeout=60))['id']
        heard = [e['message']['id'] for e in c.events if e['event'] == 'new']
        expect_equal(len(heard), count + 1, '%r hears of each message' % c)
        expect_equal(heard, list(range(end - count, end + 1)), 'once and in order')
        row = next(d for d in await c.chats() if d['peer'] == writer.me['id'])
        expect_equal((row['top'], row['unread']), (end, count + 2), 'the chat of %r' % c)
        expect_clean_logs(c)
        await c.end()
    expect(last['id'], 'the last message has an id')


LONG = ' on a small disk' + ' x' * 1500


async def chat_until_refused(a, b):
    """Texts of the messages that a could send before the server refused two in a row: one is refused where the log is full,
    but the next has space again when the log has been moved into the database."""
    texts, refused = [], 0
    for n in range(2000):
        text = str(n) + LONG
        try:
            await a.send(to=b.me['id'], text=text)
            texts.append(text)
            refused = 0
        except Refused as e:
            expect_equal((e.code, e.name), (500, 'INTERNAL'), 'what a client is told where the server cannot write')
            refused += 1
            if refused == 2:
                return texts
    raise Failed('a server that has no space refuses to send')


async def cannot_write_and_heals(stage, make_full, make_free, times, restart):
    a, b = await stage.person('telethon', 'Writer', retries=1), await stage.person('pyrogram', 'Reader')
    patient = await stage.person('mtcute', 'Patient')  # tries again for as long as it takes
    await stage.acquaint(a, b, patient)
    texts = ['before']
    await a.send(to=b.me['id'], text='before')
    process = stage.server.worker
    for _ in range(times):
        make_full()
        texts += await chat_until_refused(a, b)
        for c, other in (a, b), (b, a):
            got = [m['text'] for m in await c.history(of=other.me['id'])]
            expect_equal(got, texts[::-1], '%r reads everything that was acknowledged, and no more' % c)
            await c.chats()
        late = asyncio.create_task(patient.send(to=b.me['id'], text='late' + LONG))
        await asyncio.sleep(1)
        expect(not late.done(), 'nobody can send')
        make_free()
        mark = b.mark()
        await a.send(to=b.me['id'], text='after')
        texts.append('after')
        await b.wait_text('after', since=mark)
        await late
        await b.wait_text('late' + LONG, since=mark)
    expect_equal(stage.server.worker, process, 'it is the same process')
    if restart:
        await stage.server.restart_after_kill(0.1)
    got = [m['text'] for m in await until_answered(b.history, of=a.me['id'])]
    expect_equal(got, texts[::-1], 'all of it is there')
    got = [m['text'] for m in await until_answered(b.history, of=patient.me['id'])]
    expect_equal(got, ['late' + LONG] * times, 'what was tried again and again is there once each time')


def have_mounts():
    return os.geteuid() == 0 and subprocess.run(['unshare', '-m', 'true'], capture_output=True).returncode == 0


async def test_disk_full(stage):
    """A file system without space: sends answer 500, reads go on, and space is all that it takes to mend it."""
    if not have_mounts():
        return 'mount namespaces are not for this user'
    folder = stage.dir / 'small'
    mount = 'mkdir -p "$0" && mount -t tmpfs -o size=6m tmpfs "$0" && exec "$@"'
    async with stage.another('small', prefix=('unshare', '-m', 'sh', '-c', mount, folder / 'data')) as small:
        there = pathlib.Path('/proc/%d/root%s' % (small.server.process.pid, folder / 'data'))
        small.server.key = shutil.copy(there / 'server.pub.pem', folder)

        def make_full():
            with open(there / 'ballast', 'ab', buffering=0) as f, contextlib.suppress(OSError):
                while True:
                    f.write(bytes(4096))
        await cannot_write_and_heals(small, make_full, (there / 'ballast').unlink, 2 if small.long else 1,
                                     restart=False)


async def test_file_limit(stage):
    """The same for a limit of the process: the kernel's signal must not end it."""
    async with stage.another('limited') as limited:
        def limit(n):
            resource.prlimit(limited.server.worker, resource.RLIMIT_FSIZE, (n, resource.RLIM_INFINITY))
        await cannot_write_and_heals(limited, lambda: limit(1 << 16), lambda: limit(resource.RLIM_INFINITY), 2, restart=True)


async def test_clock_steps_back(stage):
    """Dates and msg_ids never fall: neither while the server runs nor when it starts with a clock that is behind."""
    if not FAKETIME:
        return 'libfaketime is not installed'
    offset = stage.dir / 'offset'
    offset.write_text('+0')
    env = {'LD_PRELOAD': str(FAKETIME), 'FAKETIME_TIMESTAMP_FILE': str(offset), 'FAKETIME_NO_CACHE': '1',
           'FAKETIME_DONT_FAKE_MONOTONIC': '1'}
    async with stage.another('late', env=env) as late:
        a, b = await late.person('telethon', 'Early'), await late.person('tdlib', 'Late')
        await late.acquaint(a, b)
        sent = [await a.send(to=b.me['id'], text='at the right time')]
        for n, what in enumerate(('while it runs', 'after a restart', 'after another one')):
            if n:
                await late.server.kill()
                await asyncio.sleep(0.1)
                await late.server.start()
            offset.write_text('-%d' % (600 * (n + 1)))
            for k in range(3):
                text = '%s %d' % (what, k)
                mark = b.mark()
                sent.append(await until_answered(a.send, to=b.me['id'], text=text))
                await b.wait_text(text, since=mark)
                expect(sent[-1]['date'] >= sent[-2]['date'] and sent[-1]['id'] > sent[-2]['id'],
                       'dates and ids do not fall %s: %r, %r' % (what, sent[-2], sent[-1]))
            ids = await a.server_ids()
            fall = [(x >> 32, y >> 32) for x, y in zip(ids, ids[1:]) if y <= x]
            expect(len(ids) > 5 and not fall, 'msg_ids do not fall %s: %r' % (what, fall))
        got = [m['text'] for m in await a.history(of=b.me['id'])]
        expect_equal(got, [m['text'] for m in sent[::-1]], 'the history is whole')
        expect_clean_logs(b)


async def test_log_check_sees_a_wrong_pts(stage):
    """A server that gives an event a number that it gave before: the check of TDLib's log must fail."""
    async with stage.another('wrong') as wrong:
        td, friend = await wrong.person('tdlib', 'Sees'), await wrong.person('telethon', 'Says')
        await wrong.acquaint(td, friend)
        await td.dialogs()  # a list that comes while something is sent makes TDLib take the news for known
        for n in range(3):
            await friend.send(to=td.me['id'], text='right %d' % n)
            await td.wait_text('right %d' % n)
        expect_clean_logs(td)
        await wrong.server.kill()
        with contextlib.closing(sqlite3.connect(wrong.server.data / 'chapar.db')) as db, db:
            owner = td.me['id']
            last, = db.execute('select max(pts) from upd where owner = ?', (owner,)).fetchone()
            db.execute('delete from upd where owner = ? and pts > ?', (owner, last - 2))
            db.execute('delete from msg where owner = ? and id > ?', (owner, last - 2))
        await wrong.server.start()
        await until_answered(friend.send, to=td.me['id'], text='wrong')
        for _ in range(20):
            await asyncio.sleep(0.5)
            if tdlib_complaints(td):
                return
        raise Failed('TDLib was sent a wrong pts, and the check of its log has nothing to say')


async def test_clean_logs(stage):
    expect_clean_logs(*stage.clients)
