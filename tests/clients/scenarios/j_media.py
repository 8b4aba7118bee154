"""Photos, albums and files between libraries of different layers: what comes out is what went in, byte by byte."""
import asyncio
import hashlib
import itertools
import os
import pathlib

from harness import Refused, expect, expect_clean_logs, expect_equal

PEOPLE = 'tdlib', 'mtcute', 'telethon', 'gramjs', 'pyrogram'
numbers = itertools.count(1)


async def everybody(stage):
    if not hasattr(stage, 'people'):
        stage.people = {name: await stage.person(name) for name in PEOPLE}
        await stage.acquaint(*stage.people.values())
    return stage.people


def ring(people):
    all = list(people.values())
    return list(zip(all, all[1:] + all[:1]))


async def picture(stage, w=1600, h=1200):
    """A JPEG that is like no other."""
    path = stage.dir / ('picture-%d.jpg' % next(numbers))
    p = await asyncio.create_subprocess_exec('convert', '-size', '%dx%d' % (w, h), '-seed', str(next(numbers)), 'plasma:red-blue',
                                             '-quality', '80', str(path))
    expect_equal(await p.wait(), 0, 'convert makes a picture')
    return path


def some_file(stage, size):
    path = stage.dir / ('file-%d.bin' % next(numbers))
    path.write_bytes(os.urandom(size))
    return path


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


async def give(a, b, path, photo=False):
    """a sends it to b: (a's message, b's message)"""
    caption, mark = 'caption %d' % next(numbers), b.mark()
    mine = await a.call('send_file', 300, to=b.me['id'], path=str(path), photo=photo, caption=caption)
    expect_equal(mine['text'], caption, 'the caption')
    return mine, await b.wait_text(caption, since=mark, timeout=60)


async def fetch(stage, c, of, id, timeout=300):
    """Some libraries add an ending to the name."""
    path = stage.dir / ('got-%d' % next(numbers))
    return pathlib.Path(await c.call('download', timeout, of=of, id=id, path=str(path)))


async def test_photo(stage):
    for a, b in ring(await everybody(stage)):
        mine, theirs = await give(a, b, await picture(stage), photo=True)
        got, own = await fetch(stage, b, a.me['id'], theirs['id']), await fetch(stage, a, b.me['id'], mine['id'])
        expect(got.read_bytes()[:3] == b'\xff\xd8\xff', 'the photo is a JPEG')
        expect_equal(digest(got), digest(own), 'both sides have the same photo')
        p = await asyncio.create_subprocess_exec('identify', '-format', '%w %h', str(got), stdout=asyncio.subprocess.PIPE)
        out, _ = await p.communicate()
        expect(out.decode().split()[0] in ('1280', '1600'), 'its largest size, not %r' % out)


async def test_files(stage):
    for size in 1, 70_000, 1_000_000, 12_000_000:
        for a, b in ring(await everybody(stage)):
            path = some_file(stage, size)
            _, theirs = await give(a, b, path)
            expect_equal(digest(await fetch(stage, b, a.me['id'], theirs['id'])), digest(path), '%d bytes from %r to %r' % (size, a, b))


async def test_album(stage):
    people = await everybody(stage)
    for a, b in ring(people):
        if a.library == 'tdlib':
            continue
        caption, mark = 'album %d' % next(numbers), b.mark()
        paths = [str(await picture(stage, 640, 480)) for _ in range(3)]
        mine = await a.call('send_album', 120, to=b.me['id'], paths=paths, caption=caption)
        expect_equal(len(mine), 3, 'three messages')
        await b.wait_text(caption, since=mark, timeout=60)
        history = await b.history(of=a.me['id'], limit=3)
        expect_equal([m['text'] for m in history][-1], caption, 'the first of them has the caption')
        for m in history:
            expect((await fetch(stage, b, a.me['id'], m['id'])).stat().st_size > 1000, 'each has its picture')


async def test_forward(stage):
    people = await everybody(stage)
    a, b, c = people['telethon'], people['mtcute'], people['tdlib']
    path = some_file(stage, 300_000)
    _, theirs = await give(a, b, path)
    mark = c.mark()
    await b.forward(to=c.me['id'], source=a.me['id'], ids=[theirs['id']])
    m = (await c.wait('new', since=mark))['message']
    expect_equal(digest(await fetch(stage, c, b.me['id'], m['id'])), digest(path), 'a forwarded file')


async def test_kill(stage):
    """An upload and a download go on through kill -9."""
    people = await everybody(stage)
    a, b = people['tdlib'], people['mtcute']
    path = some_file(stage, 40_000_000)
    sending = asyncio.create_task(give(a, b, path))
    await asyncio.sleep(1)
    await stage.server.restart_after_kill()
    _, theirs = await sending
    fetching = asyncio.create_task(fetch(stage, a, b.me['id'], (await a.history(of=b.me['id'], limit=1))[0]['id']))
    got = await fetch(stage, b, a.me['id'], theirs['id'])
    await fetching
    expect_equal(digest(got), digest(path), '40 MB after a kill in the middle')


async def test_clean_logs(stage):
    expect_clean_logs(*(await everybody(stage)).values())
