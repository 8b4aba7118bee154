"""What the scenarios with files share: pictures, sounds and stickers that are like no others, and their ways from one to another."""
import asyncio
import gzip
import hashlib
import itertools
import json
import os
import pathlib
import random
import wave

from harness import expect_equal

numbers = itertools.count(1)


async def output(*command, input=None):
    p = await asyncio.create_subprocess_exec(*map(str, command), stdin=asyncio.subprocess.PIPE if input else None,
                                             stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate(input)
    expect_equal(p.returncode, 0, 'exit code of %s' % command[0])
    return out


def blots(w=16, h=12):
    """A few pixels by chance: a large picture of them is made in no time."""
    return b'P6 %d %d 255\n' % (w, h) + os.urandom(w * h * 3)


async def picture(stage, w=1600, h=1200, suffix='jpg'):
    path = stage.dir / ('picture-%d.%s' % (next(numbers), suffix))
    await output('convert', 'ppm:-', '-resize', '%dx%d!' % (w, h), '-quality', '80', path, input=blots())
    return path


async def moving_picture(stage, frames=12):
    path = stage.dir / ('moving-%d.gif' % next(numbers))
    await output('convert', '-delay', '10', '-loop', '0', 'ppm:-', '-resize', '320x240!', path, input=blots() * frames)
    return path


def some_file(stage, size):
    path = stage.dir / ('file-%d.bin' % next(numbers))
    with open(path, 'wb') as f:
        for at in range(0, size, 1 << 24):
            f.write(os.urandom(min(1 << 24, size - at)))
    return path


def sound(stage, seconds=2):
    path = stage.dir / ('sound-%d.wav' % next(numbers))
    with wave.open(str(path), 'wb') as w:
        w.setparams((1, 2, 16000, 0, 'NONE', ''))
        w.writeframes(random.randbytes(32000 * seconds))
    return path


def animated_sticker(stage):
    """A square that turns, as Lottie."""
    turn = {'a': 1, 'k': [{'t': 0, 's': [0], 'i': {'x': [1], 'y': [1]}, 'o': {'x': [0], 'y': [0]}}, {'t': 60, 's': [360]}]}
    still = {'o': {'a': 0, 'k': 100}, 'p': {'a': 0, 'k': [256, 256]}, 'a': {'a': 0, 'k': [0, 0]}, 's': {'a': 0, 'k': [100, 100]}}
    square = [{'ty': 'rc', 'p': {'a': 0, 'k': [0, 0]}, 's': {'a': 0, 'k': [200, 200]}, 'r': {'a': 0, 'k': 20}},
              {'ty': 'fl', 'c': {'a': 0, 'k': [random.random(), 0.5, 0.5, 1]}, 'o': {'a': 0, 'k': 100}},
              {'ty': 'tr', 'p': {'a': 0, 'k': [0, 0]}, 'a': {'a': 0, 'k': [0, 0]}, 's': {'a': 0, 'k': [100, 100]},
               'r': {'a': 0, 'k': 0}, 'o': {'a': 0, 'k': 100}}]
    layer = {'ty': 4, 'ip': 0, 'op': 60, 'st': 0, 'ks': {**still, 'r': turn}, 'shapes': [{'ty': 'gr', 'it': square}]}
    path = stage.dir / ('sticker-%d.tgs' % next(numbers))
    path.write_bytes(gzip.compress(json.dumps({'tgs': 1, 'v': '5.5.2', 'fr': 60, 'ip': 0, 'op': 60, 'w': 512, 'h': 512,
                                               'layers': [layer]}).encode()))
    return path


def digest(path):
    with open(path, 'rb') as f:
        return hashlib.file_digest(f, 'sha256').hexdigest()


async def give(a, b, path, photo=False, timeout=300):
    """a sends it to b: (a's message, b's message)"""
    caption, mark = 'caption %d' % next(numbers), b.mark()
    mine = await a.call('send_file', timeout, to=b.me['id'], path=str(path), photo=photo, caption=caption)
    expect_equal(mine['text'], caption, 'the caption')
    return mine, await b.wait_text(caption, since=mark, timeout=60)


async def fetch(stage, c, of, id, timeout=300):
    """Some libraries add an ending to the name."""
    path = stage.dir / ('got-%d' % next(numbers))
    return pathlib.Path(await c.call('download', timeout, of=of, id=id, path=str(path)))


async def everybody(stage, *libraries):
    """Persons of these libraries, who know each other; the same ones for all tests of a stage."""
    if not hasattr(stage, 'people'):
        stage.people = {name: await stage.person(name) for name in libraries}
        await stage.acquaint(*stage.people.values())
    return stage.people


def ring(people):
    all = list(people.values())
    return list(zip(all, all[1:] + all[:1]))
