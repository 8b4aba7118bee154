"""Secret chats: TDLib's own, which encrypts, and Telethon's calls of other layers. The server passes bytes on, each once, to one device."""
import base64
import random
import struct

from harness import admin, expect, expect_clean_logs, expect_equal, refused, until_answered
from media_files import digest, numbers, picture, some_file


async def begin(a, b):
    """a's secret chat with b: the two chats, as each of them calls it, and its number."""
    mark_a, mark_b = a.mark(), b.mark()
    made = await a.secret_create(**{'with': b.me['id']})
    ready = lambda e: e['id'] == made['secret'] and e['state'] == 'ready'
    first = await a.wait('secret_chat', ready, since=mark_a, timeout=60)
    second = await b.wait('secret_chat', ready, since=mark_b, timeout=60)
    expect_equal(first['key'], second['key'], 'both have the same key')
    expect_equal(second['with'], a.me['id'], 'who asked')
    theirs = await b.secret_chat(secret=made['secret'])
    return made['chat'], theirs['chat'], made['secret']


async def two(stage):
    if not hasattr(stage, 'two'):
        stage.two = await stage.person('tdlib', 'Sec'), await stage.person('tdlib', 'Ret')
        await stage.acquaint(*stage.two)
        stage.chat = await begin(*stage.two)
    return *stage.two, *stage.chat


def file_of(remote):
    """id and access hash in what TDLib calls a file's remote id: base64, runs of zeros by their length."""
    packed, data = base64.urlsafe_b64decode(remote + '=' * (-len(remote) % 4)), bytearray()
    at = iter(packed)
    for x in at:
        data += bytes(next(at)) if x == 0 else bytes([x])
    expect(not data[3] & 3, 'neither from the web nor with a reference: %r' % bytes(data))
    id, hash = struct.unpack_from('<qq', data, 8)
    return {'id': str(id), 'hash': str(hash)}


async def test_texts(stage):
    a, b, of_a, of_b, _ = await two(stage)
    for n, (who, other, mine, theirs) in enumerate(((a, b, of_a, of_b), (b, a, of_b, of_a)) * 2):
        mark, text = other.mark(), 'a secret, the %d' % n
        await who.send(to=mine, text=text)
        m = await other.wait_text(text, since=mark)
        expect_equal(m['peer'], theirs, 'in which chat')
    # Who types is told while somebody looks; so is what was read.
    mark = b.mark()
    await a.typing(to=of_a)
    await b.wait('typing', lambda e: e['peer'] == of_b, since=mark)
    mark = a.mark()
    await b.read(to=of_b, up_to=(await b.history(of=of_b, limit=1))[0]['id'])
    await a.wait('read_out', lambda e: e['peer'] == of_a, since=mark)


async def test_files(stage):
    a, b, of_a, of_b, _ = await two(stage)
    for path, photo in ((await picture(stage), True), (some_file(stage, 70_000), False), (some_file(stage, 12_000_000), False)):
        for who, other, mine, theirs in ((a, b, of_a, of_b), (b, a, of_b, of_a)):
            mark, caption = other.mark(), 'file %d' % next(numbers)
            m = await who.call('send_file', 120, to=mine, path=str(path), photo=photo, caption=caption)
            got = await other.wait_text(caption, since=mark, timeout=60)
            to = str(stage.dir / ('secret-%d' % next(numbers)))
            await other.call('download', 120, of=theirs, id=got['id'], path=to)
            if photo:  # TDLib makes another JPEG of it before it sends; both have that one
                own = to + '-own'
                await who.call('download', 120, of=mine, id=m['id'], path=own)
                expect_equal(digest(to), digest(own), 'the same photo on both sides')
            else:
                expect_equal(digest(to), digest(path), 'the same bytes on both sides')
            stage.location = await other.remote(of=theirs, id=got['id']) if not photo else None
    # What lies on the server is ciphertext. It is given to the account, on any of its devices, and to nobody else.
    twin, x = await stage.client('telethon'), await stage.person('telethon', 'Xen')
    await stage.sign_in(twin, b.phone if other is b else a.phone)
    file, to = file_of(stage.location), stage.dir / 'ciphertext'
    await twin.secret_download(file=file, path=str(to))
    expect_equal(to.stat().st_size // 16, -(-path.stat().st_size // 16), 'as long as the file')
    expect(path.read_bytes()[:1000] not in to.read_bytes(), 'and nothing of it can be read')
    await refused('LOCATION', x.secret_download(file=file, path=str(stage.dir / 'stolen')))


async def test_time(stage):
    """Messages with a time: the other side hears of it, and they go."""
    a, b, of_a, of_b, _ = await two(stage)
    mark = b.mark()
    await a.secret_auto_delete(chat=of_a, seconds=3)
    await b.wait('auto_delete', lambda e: e['peer'] == of_b and e['seconds'] == 3, since=mark)
    await a.send(to=of_a, text='three seconds')
    m = await b.wait_text('three seconds', since=mark)
    mark_a, mark_b = a.mark(), b.mark()
    await b.read(to=of_b, up_to=m['id'])
    await b.wait('delete', lambda e: m['id'] in e['ids'], since=mark_b)
    await a.wait('delete', since=mark_a)
    mark = a.mark()
    await b.secret_auto_delete(chat=of_b, seconds=0)
    await a.wait('auto_delete', lambda e: e['peer'] == of_a and e['seconds'] == 0, since=mark)


async def test_away(stage):
    """One side is away while the other says much, and the server is killed: all of it is there then, once and in order."""
    a, b, of_a, of_b, number = await two(stage)
    await b.disconnect()
    await b.end()
    texts = ['while you were away, %d' % n for n in range(20)]
    mark = a.mark()
    for n, text in enumerate(texts):
        await a.secret_say(chat=of_a, text=text)
        if n == 12:
            await stage.server.restart_after_kill()
    for text in texts:
        await a.wait_text(text, kind='sent', since=mark, timeout=60)
    await stage.server.restart_after_kill()
    b2 = await stage.client('tdlib', name=b.dir.name)
    b2.me, b2.phone, b2.first = b.me, b.phone, b.first
    stage.two = a, b2
    await b2.wait_text(texts[-1], timeout=60)
    heard = [e['message']['text'] for e in b2.events if e['event'] == 'new' and e['message']['peer'] == of_b]
    expect_equal(heard, texts, 'each once, in order')
    there = [m['text'] for m in await b2.history(of=of_b, limit=20)]
    expect_equal(there, texts[::-1], 'and so they stand in the chat')
    # Both ways again, and after one more return nothing comes twice.
    mark = a.mark()
    await b2.send(to=of_b, text='here I am')
    await a.wait_text('here I am', since=mark, timeout=60)
    await b2.disconnect()
    await b2.end()
    await a.send(to=of_a, text='and again')
    b3 = await stage.client('tdlib', name=b.dir.name)
    b3.me, b3.phone, b3.first = b.me, b.phone, b.first
    stage.two = a, b3
    await b3.wait_text('and again', timeout=60)
    expect_equal([e['message']['text'] for e in b3.events if e['event'] == 'new' and e['message']['peer'] == of_b], ['and again'],
                 'nothing else is new')
    expect_clean_logs(a, b3)


async def test_close(stage):
    a, b, of_a, of_b, number = await two(stage)
    mark = a.mark()
    await b.secret_close(secret=number)
    await a.wait('secret_chat', lambda e: e['id'] == number and e['state'] == 'closed', since=mark)
    # One that is asked for while the other side is away is there when it comes; so is that it was closed.
    await b.disconnect()
    await b.end()
    made = await a.secret_create(**{'with': b.me['id']})
    await a.wait('secret_chat', lambda e: e['id'] == made['secret'] and e['state'] == 'pending')
    mark = a.mark()
    b2 = await stage.client('tdlib', name=b.dir.name)
    b2.me, b2.phone, b2.first = b.me, b.phone, b.first
    await a.wait('secret_chat', lambda e: e['id'] == made['secret'] and e['state'] == 'ready', since=mark, timeout=60)
    await b2.disconnect()
    await b2.end()
    await a.secret_close(secret=made['secret'])
    b3 = await stage.client('tdlib', name=b.dir.name)
    b3.me, b3.phone, b3.first = b.me, b.phone, b.first
    await b3.wait('secret_chat', lambda e: e['id'] == made['secret'] and e['state'] == 'closed', timeout=60)
    stage.two = a, b3
    # A session that ends takes its secret chats along.
    made = await a.secret_create(**{'with': b.me['id']})
    mark = a.mark()
    await a.wait('secret_chat', lambda e: e['id'] == made['secret'] and e['state'] == 'ready', timeout=60)
    await b3.log_out()
    await a.wait('secret_chat', lambda e: e['id'] == made['secret'] and e['state'] == 'closed', since=mark, timeout=60)
    expect_clean_logs(a, b3)


async def test_plugin(stage):
    """TDLib and what others have made for Telethon: either asks, both understand each other."""
    a, p = await stage.person('tdlib', 'Sec'), await stage.person('telethon', 'Plug')
    await stage.acquaint(a, p)
    await p.plugin_start()
    for asks in a, p:
        mark, mark_p = a.mark(), p.mark()
        number = (await a.secret_create(**{'with': p.me['id']}))['secret'] if asks is a else await p.plugin_ask(to=a.me['id'])
        await a.wait('secret_chat', lambda e: e['id'] == number and e['state'] == 'ready', since=mark, timeout=60)
        chat = (await a.secret_chat(secret=number))['chat']
        text = 'what %r asked for' % asks
        await a.send(to=chat, text=text)
        await p.wait('plugin', lambda e: e['chat'] == number and e['text'] == text, since=mark_p)
        await p.plugin_say(chat=number, text=text + ', answered')
        await a.wait_text(text + ', answered', since=mark)
        path = some_file(stage, 20_000)  # one part: of several, Telethon begins each with the same vector
        await a.send_file(to=chat, path=str(path), caption='a file')
        got = await p.wait('plugin', lambda e: e['chat'] == number and e['path'], since=mark_p)
        expect_equal(digest(got['path']), digest(path), 'the bytes that TDLib sent')


async def open_chat(a, b, id):
    """Between two that encrypt nothing: a's hash and b's."""
    mark, mark_a = b.mark(), a.mark()
    asked = await a.secret_ask(to=b.me['id'], id=id)
    expect_equal((asked['state'], asked['id']), ('waiting', id), 'the chat that was asked for')
    got = (await b.wait('encryption', lambda e: e['chat']['id'] == id, since=mark))['chat']
    yes = await b.secret_accept(id=id, hash=got['hash'], g=got['g'], fingerprint='4711')
    heard = (await a.wait('encryption', lambda e: e['chat']['state'] == 'open', since=mark_a))['chat']
    expect_equal(heard['fingerprint'], '4711', 'the fingerprint is passed on')
    expect_equal(await a.secret_key(g=heard['g']), yes['key'], 'both come to the same key')
    return asked['hash'], got['hash']


async def test_calls(stage):
    """By the calls themselves, of layers 133 and 200: queues, repeats, files, other devices, strangers."""
    a, b, x = [await stage.person(n) for n in ('telethon-old', 'telethon', 'telethon-new')]
    await stage.acquaint(a, b, x)
    twin = await stage.client('telethon-new')
    await stage.sign_in(twin, b.phone)
    id = random.randrange(1, 2 ** 31)
    mine, theirs = await open_chat(a, b, id)
    await twin.wait('encryption', lambda e: e['chat']['state'] == 'discarded')
    await refused('ENCRYPTION_ALREADY_ACCEPTED', twin.secret_end(id=id))

    mark = b.mark()
    said = await a.secret_send(id=id, hash=mine, random_id=1001, bytes='00' * 64)
    expect_equal(await a.secret_send(id=id, hash=mine, random_id=1001, bytes='00' * 64), said, 'a repeat has the first answer')
    await a.secret_send(id=id, hash=mine, random_id=1002, bytes='01' * 64, service=True)
    first = await b.wait('secret', since=mark)
    expect_equal((first['qts'], first['message']['random_id'], first['message']['bytes']), (2, '1001', '00' * 64), 'the first message')
    await stage.server.restart_after_kill()
    missed = await until_answered(b.secret_missed, qts=1)
    expect_equal([(m['random_id'], m['service']) for m in missed['messages']], [('1001', False), ('1002', True)], 'what waits for it')
    expect_equal(missed['qts'], 3, 'up to which it counts')
    expect_equal((await until_answered(twin.secret_missed, qts=1)), {'qts': 1, 'messages': []}, 'the other device has none of it')
    expect_equal(await b.secret_received(qts=2), ['1001'], 'what it has now')
    expect_equal([m['random_id'] for m in (await b.secret_missed(qts=1))['messages']], ['1002'], 'the rest waits')
    await refused('QTS', b.secret_received(qts=9))

    path = some_file(stage, 300_001)
    mark = a.mark()
    sent = await b.secret_send(id=id, hash=theirs, random_id=7, bytes='02' * 64, path=str(path))
    got = (await a.wait('secret', since=mark))['message']['file']
    for f in sent['file'], got:
        expect_equal((f['size'], f['dc'], f['fingerprint'], f['id']), (300_001, 2, 7, got['id']), 'the file')
    for who, f in (a, got), (b, sent['file']):
        to = str(stage.dir / ('raw-%d' % next(numbers)))
        expect_equal(digest(await who.secret_download(file=f, path=to)), digest(path), 'what %r has' % who)
        await refused('LOCATION', x.secret_download(file=f, path=to))
    await refused('LOCATION', a.secret_download(file=sent['file'], path=str(stage.dir / 'none')))
    await refused('', x.secret_send(id=id, hash=mine, random_id=8, bytes='00'))

    mark = a.mark()
    await b.secret_typing(id=id, hash=theirs)
    await b.secret_read(id=id, hash=theirs, until=said['date'])
    await a.wait('secret_typing', since=mark)
    await a.wait('secret_read', lambda e: e['until'] == said['date'], since=mark)
    await b.secret_end(id=id)
    await a.wait('encryption', lambda e: e['chat']['state'] == 'discarded', since=mark)
    await refused('ENCRYPTION_DECLINED', a.secret_send(id=id, hash=mine, random_id=9, bytes='00'))
    check = await admin(stage, 'blobs', 'check')
    expect(not check.get('faults'), 'contents are as they should be: %r' % check)
