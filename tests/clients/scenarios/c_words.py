"""Words and pages: search in four languages, every way to ask for a page of a history, what a server refuses, quick acks."""
import asyncio

from harness import Refused, expect, expect_clean_logs, expect_equal

# What one person wrote, and what another types to find it again.
WORDS = (
    ('كتابي در خانه‌ی ما بود', 'کتابی', 'خانهی م', 'بود'),  # Arabic kaf and yeh, ZWNJ
    ('من کتاب‌های یگانه را می‌خوانم', 'كتابهاي', 'يگانه', 'میخوان'),
    ('سال ۱۴۰۳ مُبارَک', '1403', '١٤٠٣ مبارك'),  # Persian and Arabic digits, vowel signs
    ('Ёлка и ещё трёхлетний Ёж', 'елка', 'ЕЩЕ', 'трехлет', 'ёж'),
    ('зеленые озера и самолет', 'зелёные', 'озёра', 'САМОЛЁТ'),
    ('The Café served Crème brûlée, déjà vu', 'cafe', 'CREME BRULEE', 'déjà', 'deja v'),
    ('Wireless headphones for the commute', 'WIRELESS', 'headphone', 'wireless commute'),
    ('我们明天去图书馆看书', '图书馆', '明天', '看书'),
    ('東京タワーで会いましょう', '東京', 'タワー'),
)


async def test_search(stage):
    """Whoever looks, in a chat or everywhere, by the library's own call: at once, and when the index has taken it over."""
    people = [await stage.person(name) for name in ('telethon', 'mtcute', 'tdlib')]
    await stage.acquaint(*people)
    a, b, c = people
    sent = {}
    for n, (text, *_) in enumerate(WORDS):
        x, y = ((a, b), (b, c), (c, a))[n % 3]
        mark = y.mark()
        mine = await x.send(to=y.me['id'], text=text)
        theirs = await y.wait_text(text, since=mark)
        sent[text] = (x, y, mine['id']), (y, x, theirs['id'])
        found = await y.search(query=WORDS[n][1], of=x.me['id'])
        expect_equal([m['id'] for m in found], [theirs['id']], '%r finds %r at once' % (y, text))
    await asyncio.sleep(3)
    for text, *queries in WORDS:
        for me, other, id in sent[text]:
            for query in queries:
                for of in {'of': other.me['id']}, {}:
                    found = await me.search(query=query, **of)
                    expect_equal([(m['id'], m['text']) for m in found], [(id, text)], '%r looks for %r %s' % (
                        me, query, 'in the chat' if of else 'everywhere'))
        strangers = [p for p in people if p not in (sent[text][0][0], sent[text][1][0])]
        expect_equal([await p.search(query=queries[0]) for p in strangers], [[]], 'nobody else finds it')


def page(ids, offset_id=0, add_offset=0, limit=100, max_id=0, min_id=0):
    """The rule of Telegram's pages over ids, newest first."""
    start = sum(i >= offset_id for i in ids) + add_offset if offset_id else add_offset
    window = ids[max(start, 0):max(start + min(limit, 100), 0)]
    return [i for i in window if not (max_id and i >= max_id) and not i <= min_id]


async def chat_with_holes(stage):
    """130 messages of two, of which every seventh is gone again: (a, b, ids of what a has, newest first)."""
    if not hasattr(stage, 'holes'):
        a, b = await stage.person('telethon', 'Pages'), await stage.person('mtcute', 'Other')
        await stage.acquaint(a, b)
        for n in range(130):
            x, y = ((a, b), (b, a))[n % 2]
            last = await x.send(to=y.me['id'], text='needle %d' % n)
        await a.wait_text('needle 129')
        expect(last, 'the last one has an id')
        all = [m['id'] for m in await a.history(of=b.me['id'])]
        await a.delete(to=b.me['id'], ids=all[3::7], revoke=True)
        stage.holes = a, b, [i for i in all if i not in all[3::7]]
    return stage.holes


async def test_pages(stage):
    """Each window that a client can ask for, by offset_id, add_offset, limit, max_id and min_id, of a history and of a search."""
    a, b, ids = await chat_with_holes(stage)
    middle, top, gone = ids[60], ids[0], ids[30] - 1
    while gone in ids:
        gone -= 1
    cases = [dict(offset_id=o, add_offset=p, limit=n) for o in (0, middle, top, top + 1, ids[-1], gone)
             for p, n in ((0, 10), (-10, 10), (-5, 10), (-1, 1), (3, 10), (-100, 100), (-99, 100), (len(ids) - 4, 10), (10000, 10))]
    cases += [dict(limit=10, max_id=ids[5]), dict(limit=10, min_id=ids[5]), dict(limit=100), dict(limit=1000), dict(limit=1),
              dict(offset_id=middle, limit=20, add_offset=-10, max_id=ids[55], min_id=ids[65])]
    for case in cases:
        wanted = page(ids, **case)
        full = {'offset_id': 0, 'add_offset': 0, 'max_id': 0, 'min_id': 0, **case}
        more = ', '.join('%s=%d' % p for p in full.items())
        for what, call in (('history', 'messages.GetHistoryRequest(peer=%d, offset_date=None, hash=0, %s)' % (b.me['id'], more)),
                           ('search', 'messages.SearchRequest(peer=%d, q="needle", filter=types.InputMessagesFilterEmpty(), '
                                      'min_date=None, max_date=None, hash=0, %s)' % (b.me['id'], more))):
            got = await a.call('call', text=call)
            expect_equal([m['id'] for m in got['messages']], wanted, '%s of %r' % (what, case))
            whole = len(wanted) == len(ids)
            expect_equal(got['_'], 'Messages' if whole else 'MessagesSlice', 'the answer to %r' % case)
            expect(whole or got['count'] == len(ids), 'the slice says how many there are: %r' % got.get('count'))


async def test_whole_history_both_ways(stage):
    """Libraries that page by themselves, from either end, read everything once."""
    a, b, ids = await chat_with_holes(stage)
    theirs = [m['id'] for m in await b.history(of=a.me['id'])]
    for c, other, wanted in (a, b, ids), (b, a, theirs):
        expect_equal(len(wanted), len(ids), 'both have as many')
        expect_equal([m['id'] for m in await c.history(of=other.me['id'])], wanted, '%r from the newest on' % c)
        expect_equal([m['id'] for m in await c.history(of=other.me['id'], reverse=True)], wanted[::-1], '%r from the oldest on' % c)


async def test_pages_of_tdlib(stage):
    """getChatHistory around messages that a new device has never seen, each time in another part of the history."""
    a, b, ids = await chat_with_holes(stage)
    td = await stage.client('tdlib')
    await stage.sign_in(td, a.phone)
    await td.dialogs()
    for at, offset, limit in ((100, -10, 20), (40, -19, 20), (70, -5, 10), (15, -15, 30), (2, -2, 10), (90, 0, 10), (0, 0, 5), (0, -1, 5)):
        got = [m['id'] for m in await td.page(of=b.me['id'], before=ids[at] if at else 0, offset=offset, limit=limit)]
        start = max(at + 1 + offset, 0) if at else 0
        expect(got, 'there is something at %d %d' % (at, offset))
        expect_equal(got, ids[start:start + len(got)], 'from %d with %d' % (at, offset))  # it may give fewer than asked for
        expect(len(got) <= limit, 'no more than asked for')
    expect_equal([m['id'] for m in await td.history(of=b.me['id'])], ids, 'all of it')
    expect_clean_logs(td)


async def refusal(call):
    try:
        await call
    except Refused as e:
        return e.code, e.name
    return None


async def test_refused(stage):
    """Quotes of what was never said and entities that do not fit the text: each client is told which it was, and nothing is sent."""
    writers = [await stage.person(name) for name in ('telethon', 'mtcute', 'gramjs', 'pyrogram', 'tdlib')]
    b = await stage.person('telethon', 'Reader')
    await stage.acquaint(b, *writers)
    for n, a in enumerate(writers):
        mark = a.mark()
        await b.send(to=a.me['id'], text='The sky 🌍 is blue today')
        said = await a.wait_text('The sky 🌍 is blue today', since=mark)
        about = {'to': b.me['id'], 'text': 'Is it so? 🌍', 'random_id': str(77000 + n)}
        wrong = [({'reply_to': said['id'], 'quote': 'green'}, 'QUOTE_TEXT_INVALID'),
                 ({'reply_to': said['id'] + 1000}, 'REPLY_MESSAGE_ID_INVALID'),
                 ({'entities': [['bold', 3, 10]]}, 'ENTITY_BOUNDS_INVALID'),
                 ({'entities': [['bold', -1, 2]]}, 'ENTITY_BOUNDS_INVALID'),
                 ({'entities': [['italic', 10, 1]]}, 'ENTITY_BOUNDS_INVALID'),  # half of the globe
                 ({'entities': [['bold', 0, 1]] * 101}, 'ENTITIES_TOO_LONG')]
        for more, name in wrong if a.library != 'tdlib' else wrong[:1]:  # TDLib mends the others before it sends
            if a.library == 'pyrogram' and 'quote' in more:
                continue  # its layer has no quotes
            code, said_name = await refusal(a.send(**about, **more)) or (0, 'nothing')
            expect(code == 400 and name in said_name, '%r sends %r and is told %s' % (a, more, said_name))
        if a.library == 'tdlib':
            await a.wait('failed', lambda e: e['needs_quote'])  # it tells its user to quote anew
        sent = await a.send(**about, reply_to=said['id'], **({'quote': 'sky 🌍 is'} if a.library != 'pyrogram' else {}))
        seen = await b.wait_text(about['text'])
        b.events.clear()
        expect(sent['id'] and seen['reply_to'], 'what fits is sent, as a reply')
        expect_equal([m['text'] for m in await b.history(of=a.me['id'])][::-1], ['The sky 🌍 is blue today', about['text']],
                     'and nothing of what was refused')
    expect_clean_logs(writers[-1])


async def test_quick_ack(stage):
    """TDLib asks the transport for a quick ack of what it sends, and tells its user of it before the answer comes."""
    td, b = await stage.person('tdlib'), await stage.person('telethon')
    await stage.acquaint(td, b)
    await td.invoke(method='setOption', args={'name': 'use_quick_ack', 'value': {'@type': 'optionValueBoolean', 'value': True}})
    for n in range(5):
        mark = td.mark()
        await td.send(to=b.me['id'], text='quick %d' % n)
        await td.wait('acknowledged', since=mark, timeout=5)
        await b.wait_text('quick %d' % n)
    expect_clean_logs(td)


async def test_clean_logs(stage):
    expect_clean_logs(*stage.clients)
