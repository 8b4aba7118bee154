"""Photos, albums and files between libraries of different layers: what comes out is what went in, byte by byte."""
from harness import expect, expect_clean_logs, expect_equal
from media_files import digest, everybody as people_of, fetch, give, numbers, output, picture, ring, some_file

PEOPLE = 'tdlib', 'mtcute', 'telethon', 'gramjs', 'pyrogram'


async def everybody(stage):
    return await people_of(stage, *PEOPLE)


async def test_photo(stage):
    for a, b in ring(await everybody(stage)):
        mine, theirs = await give(a, b, await picture(stage), photo=True)
        got, own = await fetch(stage, b, a.me['id'], theirs['id']), await fetch(stage, a, b.me['id'], mine['id'])
        expect(got.read_bytes()[:3] == b'\xff\xd8\xff', 'the photo is a JPEG')
        expect_equal(digest(got), digest(own), 'both sides have the same photo')
        out = await output('identify', '-format', '%w %h', got)
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


async def test_clean_logs(stage):
    expect_clean_logs(*(await everybody(stage)).values())
