"""Several libraries of different layers, each with a person, in chats of two; every step is seen by both sides."""
import asyncio
import itertools

from harness import Refused, expect, expect_clean_logs, expect_equal

PEOPLE = 'tdlib', 'mtcute', 'telethon', 'gramjs', 'pyrogram', 'telethon-old'
words = ('%s %d' % (w, n) for n in itertools.count(1) for w in ('salam', 'привет', '你好', 'hello 👋🏽'))


async def everybody(stage):
    """The accounts, made once for the file."""
    if not hasattr(stage, 'people'):
        stage.people = {name: await stage.person(name) for name in PEOPLE}
        await stage.acquaint(*stage.people.values())
    return stage.people


def pairs(people):
    """Each one with the next, both ways."""
    ring = list(people.values())
    return list(zip(ring, ring[1:] + ring[:1]))


async def say(a, b, text, **more):
    """a sends to b; (a's message, b's message), both as their own client tells it."""
    mark = b.mark()
    mine = await a.send(to=b.me['id'], text=text, **more)
    theirs = await b.wait_text(text, since=mark)
    expect(mine['out'] and not theirs['out'], 'out is for the sender alone')
    expect_equal((mine['peer'], theirs['peer']), (b.me['id'], a.me['id']), 'each sees the other as the chat')
    expect_equal((mine['text'], mine['date']), (text, theirs['date']), 'text and date are the same on both sides')
    return mine, theirs


async def test_sign_up(stage):
    people = await everybody(stage)
    for c in people.values():
        me = await c.call('me')
        expect_equal((me['first'], me['phone']), (c.first, c.phone), 'the account of %r' % c)
    for a, b in pairs(people):
        names = {u['id']: u for u in await a.contacts()}
        expect_equal(names[b.me['id']]['first'], b.first, '%r has %r as a contact' % (a, b))
        expect(names[b.me['id']]['mutual'], 'both have each other, so contacts are mutual: %r' % names[b.me['id']])


async def test_wrong_code(stage):
    c = await stage.client('telethon')
    try:
        await c.sign_in(phone='+9996650000', code='12345', first='X')
        expect(False, 'a wrong code is refused')
    except Refused as e:
        expect_equal((e.code, e.name), (400, 'PHONE_CODE_INVALID'), 'a wrong code')


async def test_both_ways(stage):
    for a, b in pairs(await everybody(stage)):
        await say(a, b, next(words))
        await say(b, a, next(words))


async def test_reply(stage):
    for a, b in pairs(await everybody(stage)):
        mine, theirs = await say(a, b, next(words))
        answer, seen = await say(b, a, next(words), reply_to=theirs['id'])
        expect_equal((answer['reply_to'], seen['reply_to']), (theirs['id'], mine['id']), 'each side sees the reply by its own ids')


async def test_edit(stage):
    for a, b in pairs(await everybody(stage)):
        mine, theirs = await say(a, b, next(words))
        mark, text = b.mark(), next(words) + ' (edited)'
        expect_equal((await a.edit(to=b.me['id'], id=mine['id'], text=text))['text'], text, 'the edited text')
        seen = await b.wait_text(text, kind='edit', since=mark)
        expect_equal(seen['id'], theirs['id'], 'the other side sees the edit of its copy')


async def test_delete(stage):
    for a, b in pairs(await everybody(stage)):
        mine, theirs = await say(a, b, next(words))
        mark = b.mark()
        await a.delete(to=b.me['id'], ids=[mine['id']], revoke=True)
        await b.wait('delete', lambda e: theirs['id'] in e['ids'], since=mark)
        for c, other, m in (a, b, mine), (b, a, theirs):
            expect(m['id'] not in [h['id'] for h in await c.history(of=other.me['id'], limit=5)], 'it is gone for %r' % c)


async def test_read(stage):
    for a, b in pairs(await everybody(stage)):
        mine, theirs = await say(a, b, next(words))
        mark = a.mark()
        await b.read(to=a.me['id'], up_to=theirs['id'])
        await a.wait('read_out', lambda e: e['peer'] == b.me['id'] and e['max_id'] >= mine['id'], since=mark)
        row = next(d for d in await b.dialogs() if d['peer'] == a.me['id'])
        expect_equal(row['unread'], 0, 'nothing is unread for %r' % b)


async def test_typing(stage):
    for a, b in pairs(await everybody(stage)):
        mark = b.mark()
        await a.typing(to=b.me['id'])
        await b.wait('typing', lambda e: e['peer'] == a.me['id'], since=mark)


async def test_forward(stage):
    people = await everybody(stage)
    for a, b in pairs(people):
        mine, _ = await say(a, b, next(words))
        other = next(c for c in people.values() if c not in (a, b))
        mark = other.mark()
        sent = await a.forward(to=other.me['id'], source=b.me['id'], ids=[mine['id']])
        seen = await other.wait_text(mine['text'], since=mark)
        expect(sent[0]['forward'] and seen['forward'], 'both sides see a forwarded message')


async def test_history(stage):
    """250 messages, paged to the end by steps of several sizes: nothing missing, nothing twice, newest first."""
    people = await everybody(stage)
    a, b = people['telethon'], people['mtcute']
    c = await stage.person('gramjs', 'Pages')
    await stage.acquaint(a, c)
    texts = ['page %d' % n for n in range(250)]
    for n, text in enumerate(texts):
        await (a.send(to=c.me['id'], text=text) if n % 3 else c.send(to=a.me['id'], text=text))
        await asyncio.sleep(0.02)
    for me, other in (a, c), (c, a):
        for step in (None, 100, 37, 1 if stage.long else 60):
            got, before = [], 0
            while True:
                page = await me.history(of=other.me['id'], **({'limit': step, 'before': before} if step else {}))
                got += [m for m in page if m['text'].startswith('page ')]
                if not step or not page:
                    break
                expect(not before or page[0]['id'] < before, 'a page begins below the one before')
                before = page[-1]['id']
            expect_equal([m['text'] for m in got], texts[::-1], 'the history of %r by steps of %s' % (me, step))


async def test_second_device(stage):
    """Another device of the same account sees the same messages under the same ids, and what the first one sends."""
    people = await everybody(stage)
    for name, second in ('tdlib', 'telethon'), ('mtcute', 'tdlib'), ('telethon', 'mtcute'):
        a, b = people[name], people['gramjs']
        twin = await stage.client(second)
        await stage.sign_in(twin, a.phone)
        expect_equal(twin.me['id'], a.me['id'], 'the same account')
        mark = twin.mark()
        mine, _ = await say(a, b, next(words))
        seen = await twin.wait_text(mine['text'], since=mark)
        expect_equal((seen['id'], seen['out'], seen['peer']), (mine['id'], True, b.me['id']), 'what the other device sent')
        await twin.dialogs()
        first = [(m['id'], m['text']) for m in await a.history(of=b.me['id']) if not m['service']]
        expect_equal([(m['id'], m['text']) for m in await twin.history(of=b.me['id']) if not m['service']], first, 'one history')
        await twin.disconnect()
        await twin.end()


async def test_search(stage):
    people = await everybody(stage)
    for n, (a, b) in enumerate(pairs(people)):
        word = 'Иголка%d' % n
        mine, theirs = await say(a, b, 'в стоге %s лежит' % word)
        for c, other, m in (a, b, mine), (b, a, theirs):
            found = await c.search(query=word.lower(), of=other.me['id'])
            expect_equal([f['id'] for f in found], [m['id']], '%r finds it in the chat' % c)
            found = await c.search(query=word[:4].lower())  # the beginning of a word
            expect(m['id'] in [f['id'] for f in found], '%r finds it anywhere' % c)


async def test_kill(stage):
    """kill -9 in the middle of a chat: what was acknowledged is there, and whoever was away hears of it by difference."""
    people = await everybody(stage)
    away = people['telethon']
    a, b = people['tdlib'], people['mtcute']
    before, _ = await say(a, b, next(words))
    await away.disconnect()
    await away.end()
    missed = [await a.send(to=away.me['id'], text=next(words)) for _ in range(3)]
    await stage.server.restart_after_kill()
    await say(b, a, next(words))
    await say(a, b, next(words))
    back = await stage.client('telethon', name=away.dir.name)
    back.me, back.phone, back.first = away.me, away.phone, away.first
    expect(back.hello['authorized'], 'it is still signed in')
    for m in missed:
        await back.wait_text(m['text'])
    stage.people['telethon'] = back
    texts = [m['text'] for m in await b.history(of=a.me['id'], limit=5)]
    expect(before['text'] in texts, 'what was acknowledged before the kill is in the history: %r' % texts)


async def test_clean_logs(stage):
    expect_clean_logs(*stage.clients)
