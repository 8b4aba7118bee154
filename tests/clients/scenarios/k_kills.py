"""Files through kills of the server and of a client, and on a full disk: nothing that was acknowledged is lost, and nothing is left over."""
import asyncio
import contextlib
import itertools
import os
import pathlib
import random
import subprocess

from harness import Failed, Refused, admin, expect, expect_clean_logs, expect_equal, until_answered
from media_files import digest, everybody, fetch, give, numbers, picture, some_file

PEOPLE = 'tdlib', 'mtcute', 'telethon', 'pyrogram'
MB = 1000000
PART = 65536  # of TDLib, for files of these sizes
CHUNK = {'mtcute': 131072, 'pyrogram': 1048576}


async def calls(stage, method):
    return (await stage.server.metrics()).get('chapar_calls_total{method="%s"}' % method, 0)


async def calls_reach(stage, method, n, of=None):
    """Waits for them; `of`: a task that must not be over by then."""
    for _ in range(3000):
        expect(not of or not of.done(), 'the server is killed while %s goes on' % method)
        now = await calls(stage, method)
        if now >= n:
            return now
        await asyncio.sleep(0.01)
    expect(False, '%d calls of %s' % (n, method))


async def test_transfers_go_on(stage):
    """100 MB: an upload and downloads go on through kill -9, from where they were."""
    people = await everybody(stage, *PEOPLE)
    a, b = people['tdlib'], people['mtcute']
    path = some_file(stage, 100 * MB)
    sending = asyncio.create_task(give(a, b, path))
    parts = await calls_reach(stage, 'upload.saveBigFilePart', 500, sending)
    await stage.server.restart_after_kill()
    _, theirs = await sending
    after = await calls(stage, 'upload.saveBigFilePart')
    # What was under way is: some hundred parts on a busy disk are counted and not answered.
    expect(after < 100 * MB / PART - parts + 250, 'what was there is not sent again: %d parts before, %d after' % (parts, after))
    for c in b, people['pyrogram']:
        if c is not b:
            await until_answered(b.forward, to=c.me['id'], source=a.me['id'], ids=[theirs['id']])
            theirs = (await until_answered(c.history, of=b.me['id'], limit=1))[0]  # it misses events of while it was away
        before, whole = await calls(stage, 'upload.getFile'), 100 * MB / CHUNK[c.library]
        fetching = asyncio.create_task(fetch(stage, c, (a if c is b else b).me['id'], theirs['id']))
        got = await calls_reach(stage, 'upload.getFile', before + max(30, whole // 4), fetching) - before
        await stage.server.restart_after_kill()
        expect_equal(digest(await fetching), digest(path), '100 MB for %r' % c)
        after = await calls(stage, 'upload.getFile')
        # What was under way is: mtcute has some thirty ranges asked for, which its sockets hold when it is slow.
        expect(after < whole - got + max(20, whole // 12), 'what it has is not asked for again: %d before, %d after' % (got, after))
    await admin(stage, 'blobs', 'check')


async def test_client_is_killed(stage):
    """TDLib and the server end in the middle of an upload: it goes on, from what TDLib had noted."""
    people = await everybody(stage, *PEOPLE)
    a, b = await stage.person('tdlib', 'Killed'), people['telethon']
    await stage.acquaint(a, b)
    path, mark = some_file(stage, 40 * MB), b.mark()
    sending = asyncio.create_task(a.send_file(to=b.me['id'], path=str(path)))
    await calls_reach(stage, 'upload.saveBigFilePart', 150, sending)
    await a.wait('uploading', lambda e: e['size'] > 4 * MB)
    await a.end()
    await asyncio.gather(sending, return_exceptions=True)
    await stage.server.restart_after_kill()
    await until_answered(b.dialogs)  # Telethon asks nobody what was said before it had connected again
    again = await stage.client('tdlib', name=a.dir.name)
    theirs = (await b.wait('new', since=mark, timeout=90))['message']
    after = await calls(stage, 'upload.saveBigFilePart')
    expect(after < 40 * MB / PART, 'not everything is sent again, as %d parts are' % after)
    expect_equal(digest(await fetch(stage, b, a.me['id'], theirs['id'])), digest(path), 'the file')
    expect_clean_logs(again)


async def killed_amid_work(stage, people, reader, rounds):
    """Files and pictures come, pictures go, and the server is killed meanwhile: the files whose messages were acknowledged."""
    kept, kills = [], 0

    async def write(c):
        for n in itertools.count():
            if n >= rounds and kills >= 3:  # a fast machine is done before
                break
            path = some_file(stage, 300_000)
            m = await until_answered(c.send_file, each=20, to=reader.me['id'], path=str(path), caption='kept')
            kept.append((c, m['id'], path))
            photo = str(await picture(stage, 2400, 1800))
            gone = await until_answered(c.send_file, each=20, to=reader.me['id'], path=photo, photo=True, caption='gone')
            await until_answered(c.delete, to=reader.me['id'], ids=[gone['id']])

    async def collect():
        while True:
            with contextlib.suppress(Failed):  # the server is killed
                await admin(stage, 'blobs', 'gc')

    async def kill():
        nonlocal kills
        while True:
            await asyncio.sleep(random.uniform(0.5, 2.5))
            await stage.server.restart_after_kill(0.1)
            kills += 1
    beside = [asyncio.create_task(collect()), asyncio.create_task(kill())]
    try:
        await asyncio.gather(*(write(c) for c in people))
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
    await stage.server.kill()
    await stage.server.start()
    return kept


async def test_kills_amid_work(stage):
    """Killed while pictures are made and contents dropped: what was acknowledged is there, and nothing is left over."""
    async with stage.another('killed') as killed:
        people = [await killed.person('telethon', 'Writer %d' % n) for n in range(2)]
        reader = await killed.person('telethon', 'Reader')
        await killed.acquaint(reader, *people)
        kept = await killed_amid_work(killed, people, reader, 10 if stage.long else 4)
        await admin(killed, 'blobs', 'check')
        await admin(killed, 'blobs', 'gc')
        for c, id, path in kept:
            got = pathlib.Path(await until_answered(c.download, of=reader.me['id'], id=id, path=str(killed.dir / ('got-%d' % next(numbers)))))
            expect_equal(digest(got), digest(path), 'a file of %r' % c)
        await admin(killed, 'blobs', 'check')


async def test_full_disk(stage):
    """Files lie on a disk of their own, which fills up in the middle of an upload: that is said, nothing else suffers, and it heals."""
    if os.geteuid() or subprocess.run(('unshare', '-m', 'true')).returncode:
        return 'no mount namespaces here'
    folder = stage.dir / 'small-disk'
    blobs = folder / 'data/blobs'
    mount = 'mkdir -p "$0" && chmod 700 "${0%/*}" "$0" && mount -t tmpfs -o size=12m,mode=700 tmpfs "$0" && exec "$@"'
    async with stage.another('small-disk', prefix=('unshare', '-m', 'sh', '-c', mount, blobs)) as small:
        there = pathlib.Path('/proc/%d/root%s' % (small.server.process.pid, blobs))
        te, gr, mt = await small.person('telethon', retries=2), await small.person('gramjs'), await small.person('mtcute')
        await small.acquaint(te, gr, mt)
        path = some_file(stage, 3 * MB)
        _, before = await give(te, mt, path)
        (there / 'ballast').write_bytes(bytes(6 * MB))
        waits = some_file(stage, 4 * MB)  # mtcute tries again until there is room
        waiting = asyncio.create_task(mt.call('send_file', 90, to=te.me['id'], path=str(waits), caption='in the end'))
        for a, b in (te, gr), (gr, te):
            try:
                await a.call('send_file', 60, to=b.me['id'], path=str(some_file(stage, 11 * MB)), caption='too much')
                expect(False, 'there is no room for a file of %r' % a)
            except Refused as e:
                expect_equal((e.code, 'STORAGE_FULL' in str(e)), (500, True), 'what %r hears: %s' % (a, e))
            mark = b.mark()
            await a.send(to=b.me['id'], text='but words go on')
            await b.wait_text('but words go on', since=mark)
        expect_equal(digest(await fetch(stage, mt, te.me['id'], before['id'])), digest(path), 'and what is there can be read')
        expect(not waiting.done(), 'there is no room for what mtcute sends')
        (there / 'ballast').unlink()
        await waiting
        m = await te.wait_text('in the end')
        expect_equal(digest(await fetch(stage, te, mt.me['id'], m['id'])), digest(waits), 'what has waited for room')
        for a, b in (te, gr), (gr, te):
            path = some_file(stage, MB // 2)
            _, m = await give(a, b, path)
            expect_equal(digest(await fetch(stage, b, a.me['id'], m['id'])), digest(path), 'a file when there is room again')
        await admin(small, 'blobs', 'check')


async def test_largest(stage):
    if not stage.long:
        return 'in the long run only'
    a, b = await stage.person('tdlib', 'Gives'), await stage.person('tdlib', 'Takes')
    await stage.acquaint(a, b)
    path = some_file(stage, 3 << 30)
    _, theirs = await give(a, b, path, timeout=580)
    got = await fetch(stage, b, a.me['id'], theirs['id'], timeout=580)
    expect_equal(digest(got), digest(path), '3 GB')
    for p in got, path:
        p.unlink()


async def test_clean_logs(stage):
    expect_clean_logs(*(await everybody(stage, *PEOPLE)).values())
