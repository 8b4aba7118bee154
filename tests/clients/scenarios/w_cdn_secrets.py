"""A node that is seized: neither its disk nor its memory has anything of what was said, by whom, or the key of a file."""
import asyncio
import re

from cdn_nodes import Node, core
from harness import CHAPAR, expect, expect_equal
from media_files import digest, fetch, give, output

MIB = 1 << 20
SIZE = 3 * MIB + 12345
FILE_NAME = 'zarrinkafsh-travels-to-shiraz.bin'
NAMES = 'Zarrinkafsh', 'Mahpareh'


def memory_of(pid):
    """All that this process has for itself, and may read."""
    parts = []
    with open('/proc/%d/maps' % pid) as maps, open('/proc/%d/mem' % pid, 'rb', 0) as mem:
        for line in maps:
            begin, end, how = re.match(r'(\w+)-(\w+) (\S+)', line).groups()
            if how[0] != 'r' or how[3] != 'p' or '[vvar' in line or '[vsyscall' in line:
                continue
            at = int(begin, 16)
            while at < int(end, 16):
                try:
                    mem.seek(at)
                    part = mem.read(min(16 * MIB, int(end, 16) - at))
                except OSError:  # a page that is not there
                    break
                if not part:
                    break
                parts.append(part)
                at += len(part)
    return b''.join(parts)


def found(needles, hay):
    return [name for name, bytes in needles.items() if bytes in hay]


def everything_in(folder):
    return b''.join(p.read_bytes() for p in sorted(folder.rglob('*')) if p.is_file())


async def test_ciphertext_only(stage):
    async with core(stage, 'seized', 'tdlib', names=NAMES) as (one, giver, taker):
        node = Node(one, 'node', disk=True, lease='30')
        await node.add()
        node.config.write_text(re.sub('ram_mib = .*', 'ram_mib = 1', node.config.read_text()))  # so that it needs its disk
        await node.start()
        await node.activate()
        path = one.dir / FILE_NAME
        path.write_bytes(open('/dev/urandom', 'rb').read(SIZE))
        mine, theirs = await give(giver, taker, path)
        got = await fetch(one, taker, giver.me['id'], theirs['id'])
        expect_equal(digest(got), digest(path), 'the file')
        expect(node.splice.passed > SIZE * 0.9, 'it came from the node: %d bytes' % node.splice.passed)
        at = await giver.location(of=taker.me['id'], id=mine['id'])
        redirect = await giver.call('call', text='upload.GetFileRequest(InputDocumentFileLocation(%d, %d, bytes.fromhex(%r), ""), 0, '
                                    '131072, cdn_supported=True)' % (at['id'], at['access_hash'], at['reference']))
        expect_equal(redirect['_'], 'FileCdnRedirect', 'what who can is told')

        plain = path.read_bytes()
        blocks = {'plaintext at %d' % n: plain[n:n + 64] for n in range(4096, SIZE - 64, 65536)}
        words = {'name %s' % n: n.encode() for n in (*NAMES, FILE_NAME)}
        words.update({'phone of %r' % c: c.phone.encode() for c in (giver, taker)})
        keys = {'the file\'s key': bytes.fromhex(redirect['encryption_key'])}
        needles = {**blocks, **words, **keys}
        try:
            memory = await asyncio.to_thread(memory_of, node.process.pid)
        except PermissionError:
            await node.stop()
            return 'this user may not read the memory of another process'
        disk = node.disk.read_bytes()
        # What is there is found by the same search.
        line = (await node.live())['public_key'].splitlines()[2].encode()
        expect_equal(found({'a line of its public key': line}, memory), ['a line of its public key'], 'what its memory has')
        there = await asyncio.to_thread(everything_in, one.server.data)
        expect_equal(await asyncio.to_thread(found, {**blocks, **words}, there), list(blocks) + list(words), 'what the core has')
        expect(SIZE < len(memory) and disk.strip(b'\0'), 'an image of %d bytes, and something on the disk' % len(memory))
        expect_equal(await asyncio.to_thread(found, needles, memory), [], 'what the memory of the node tells')
        expect_equal(await asyncio.to_thread(found, needles, disk), [], 'what its disk tells')
        said = (await output(CHAPAR, 'cdn', 'inspect', node.disk)).decode()
        used = int(re.search(r'(\d+) of \d+ slots were used', said).group(1))
        expect(used > 0 and 'Nothing else can be read.' in said, 'what `cdn inspect` finds: ' + said)
        print('# %d MiB of memory, %d slots of the disk, %d things looked for' % (len(memory) // MIB, used, len(needles)))
        await node.stop()
