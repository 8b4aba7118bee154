"""One basic group, five libraries of different layers in it, TDLib among them: what each does, all see, in one order and for good."""
import asyncio
import itertools

from harness import Refused, expect, expect_clean_logs, expect_equal, until, until_answered

PEOPLE = 'tdlib', 'telethon', 'telethon-old', 'mtcute', 'pyrogram'
CROWD = 20  # more, who are away: they get what is said by the job that delivers
numbers = itertools.count(1)


def word(text='w'):
    return '%s %d' % (text, next(numbers))


async def room(stage):
    """The people, and the group that TDLib's has made of all: its id."""
    if hasattr(stage, 'chat'):
        return stage.people, stage.chat
    people = stage.people = {name: await stage.person(name) for name in PEOPLE}
    await stage.acquaint(*people.values())
    others = [c for c in people.values() if c.library != 'tdlib']
    marks = {c: c.mark() for c in others}
    made = await people['tdlib'].invoke(method='createNewBasicGroupChat', args={
        'user_ids': [c.me['id'] for c in others], 'title': 'Room'})
    expect_equal(made['failed_to_add_members']['failed_to_add_members'], [], 'nobody is missing')
    stage.chat = made['chat_id']
    for c in others:
        await c.wait('new', lambda e: e['message']['peer'] == stage.chat and e['message']['service'], since=marks[c])
    return people, stage.chat


async def say(stage, who, text, **more):
    """Everybody hears it: {library: the message as it has it}."""
    people, chat = await room(stage)
    marks = {c: c.mark() for c in people.values()}
    heard = {who.library: await who.send(to=chat, text=text, **more)}
    for c in people.values():
        if c is not who:
            heard[c.library] = await c.wait_text(text, since=marks[c])
            expect_equal((heard[c.library]['peer'], heard[c.library]['out']), (chat, False), '%r sees it in the group' % c)
    return heard


async def history(c, chat):
    """What a client sees of it, without what is its own: newest first."""
    all = await c.history(of=chat)
    texts = {m['id']: m['text'] for m in all}
    # Pyrogram does not know all that are service messages.
    return [(m['text'], not m['text'], m['edited'], bool(m['text']) and texts.get(m['reply_to'])) for m in all]


async def the_same_everywhere(stage):
    """What a client keeps by itself it has soon; the group as all have it."""
    people, chat = await room(stage)
    for _ in range(50):
        states = {c.library: (await history(c, chat), await c.group(of=chat)) for c in people.values()}
        if all(s == states['tdlib'] for s in states.values()):
            break
        await asyncio.sleep(0.1)
    for name, (said, group) in states.items():
        expect_equal(said, states['tdlib'][0], 'the history as %s and TDLib have it' % name)
        expect_equal(group, states['tdlib'][1], 'the group as %s and TDLib have it' % name)
    return states['tdlib'][1]


async def test_create(stage):
    people, chat = await room(stage)
    g = await the_same_everywhere(stage)
    expect_equal((g['title'], g['count'], len(g['members'])), ('Room', 5, 5), 'the group')
    expect_equal(g['members'][str(people['tdlib'].me['id'])], 'creator', 'who made it')


async def test_talk(stage):
    people, chat = await room(stage)
    for c in people.values():
        await say(stage, c, word(c.library))
    await the_same_everywhere(stage)


async def test_reply_and_mention(stage):
    people, chat = await room(stage)
    t, tdlib = people['telethon'], people['tdlib']
    asked = await say(stage, tdlib, word('a question'))
    answer = await say(stage, t, word('an answer'), reply_to=asked['telethon']['id'])
    expect_equal(answer['mtcute']['reply_to'], asked['mtcute']['id'], 'each has the reply to what he calls it')
    expect_equal(answer['telethon-old']['reply_to'], asked['telethon-old']['id'], 'an old layer, too')

    async def unread():
        return (await tdlib.invoke(method='getChat', args={'chat_id': chat}))['unread_mention_count']
    expect_equal(await unread(), 1, 'who is answered has an unread mention')
    name = people['mtcute'].me['first']
    await say(stage, t, name + ' ' + word(), entities=[['mentionname', 0, len(name), people['mtcute'].me['id']]], random_id=str(10**15 + 7))
    expect_equal(await unread(), 1, 'another is meant')
    await tdlib.invoke(method='readAllChatMentions', args={'chat_id': chat})
    expect_equal(await unread(), 0, 'they are read')


async def test_edit_delete_pin(stage):
    people, chat = await room(stage)
    for who, other in (('mtcute', 'tdlib'), ('tdlib', 'pyrogram'), ('telethon-old', 'tdlib')):
        a, b = people[who], people[other]
        first = await say(stage, a, word())
        mark, text = b.mark(), word('edited')
        await a.edit(to=chat, id=first[who]['id'], text=text)
        await b.wait_text(text, kind='edit', since=mark)
        second = await say(stage, a, word('goes'))
        mark = b.mark()
        await a.delete(to=chat, ids=[second[who]['id']])
        await b.wait('delete', lambda e: second[other]['id'] in e['ids'], since=mark)
    mark = people['tdlib'].mark()
    await people['telethon'].pin(to=chat, id=(await people['telethon'].history(of=chat, limit=1))[0]['id'])
    await people['tdlib'].wait('pinned', since=mark)
    for c in people.values():
        if c.library != 'tdlib':
            expect_equal(len(await c.pins(of=chat)), 1, 'what is pinned, as %r has it' % c)
    await the_same_everywhere(stage)


async def test_read_and_type(stage):
    people, chat = await room(stage)
    heard = await say(stage, people['tdlib'], word())
    mark = people['tdlib'].mark()
    await people['mtcute'].read(to=chat, up_to=heard['mtcute']['id'])
    e = await people['tdlib'].wait('read_out', lambda e: e['peer'] == chat, since=mark)
    expect(e['max_id'] >= heard['tdlib']['id'], 'one has read it')
    readers = await people['tdlib'].invoke(method='getMessageViewers', args={
        'chat_id': chat, 'message_id': heard['tdlib']['id'] * 2**20})
    expect_equal([v['user_id'] for v in readers['viewers']], [people['mtcute'].me['id']], 'who has')
    marks = {c: c.mark() for c in people.values()}
    await people['telethon'].typing(to=chat)
    for name in 'tdlib', 'mtcute', 'pyrogram':
        await people[name].wait('typing', lambda e: e['peer'] == chat, since=marks[people[name]])


async def test_info(stage):
    people, chat = await room(stage)
    await people['telethon'].call('call', text='messages.EditChatTitleRequest(%d, "New name")' % -chat)
    await people['telethon'].call('call', text='messages.EditChatAboutRequest(PeerChat(%d), "about")' % -chat)
    await people['tdlib'].invoke(method='setChatPermissions', args={'chat_id': chat, 'permissions': {
        '@type': 'chatPermissions', 'can_send_basic_messages': True, 'can_send_photos': True, 'can_invite_users': True}})
    try:
        await people['telethon'].call('call', text='messages.EditChatTitleRequest(%d, "Not by members")' % -chat)
        expect(False, 'members may not change it any more')
    except Refused as e:
        expect_equal(e.name, 'CHAT_ADMIN_REQUIRED', 'the refusal')
    expect_equal((await the_same_everywhere(stage))['title'], 'New name', 'the title')


async def test_photo(stage):
    people, chat = await room(stage)
    path = stage.dir / 'photo.png'
    import struct, zlib
    row = b'\0' + bytes((i * 5) % 256 for i in range(200 * 3))

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 200, 200, 8, 2, 0, 0, 0)) +
                     chunk(b'IDAT', zlib.compress(row * 200)) + chunk(b'IEND', b''))
    await people['tdlib'].invoke(method='setChatPhoto', args={'chat_id': chat, 'photo': {
        '@type': 'inputChatPhotoStatic', 'photo': {'@type': 'inputFileLocal', 'path': str(path)}}})
    for c in people.values():
        if c.library != 'tdlib':
            expect((await c.history(of=chat, limit=1))[0]['service'], '%r sees that there is a new photo' % c)
    full = await people['telethon'].call('call', text='messages.GetFullChatRequest(%d)' % -chat)
    expect_equal(full['full_chat']['chat_photo']['_'], 'Photo', 'the photo')
    await people['telethon'].call('call', text='upload.GetFileRequest(InputPeerPhotoFileLocation(InputPeerChat(%d), %d, big=True), 0, 4096)' % (
        -chat, full['full_chat']['chat_photo']['id']))


async def counted(c, chat, n):
    """The client hears, soon, that so many are in it."""
    for _ in range(100):
        g = await c.group(of=chat)
        if (g['count'], len(g['members'])) == (n, n):
            return
        await asyncio.sleep(0.1)
    expect_equal((g['count'], len(g['members'])), (n, n), 'how many are in it as %r knows' % c)


async def test_members(stage):
    people, chat = await room(stage)
    tdlib, t, p, m = (people[n] for n in ('tdlib', 'telethon', 'pyrogram', 'mtcute'))
    status = {'@type': 'chatMemberStatusAdministrator', 'rights': {'@type': 'chatAdministratorRights', 'can_manage_chat': True}}
    await tdlib.invoke(method='setChatMemberStatus', args={
        'chat_id': chat, 'member_id': {'@type': 'messageSenderUser', 'user_id': t.me['id']}, 'status': status})
    g = await the_same_everywhere(stage)
    expect_equal(g['members'][str(t.me['id'])], 'admin', 'the admin')
    # Out by an admin: he hears of it, and of nothing behind it.
    mark = p.mark()
    await t.call('call', text='messages.DeleteChatUserRequest(%d, %d)' % (-chat, p.me['id']))
    await p.wait('new', lambda e: e['message']['peer'] == chat and e['message']['service'], since=mark)
    text = word('without him')
    mark = p.mark()
    for c in (tdlib, m):
        await c.send(to=chat, text=text)
    await asyncio.sleep(1)
    expect(not any(e['event'] == 'new' and e['message']['peer'] == chat for e in p.events[mark:]), 'who is out hears nothing')
    before = [x for x in await history(m, chat) if x[0] != text]
    try:
        await p.send(to=chat, text='no')
        expect(False, 'he writes no more')
    except Refused as e:
        expect_equal((e.code, e.name.split(' ')[0]), (403, 'CHAT_WRITE_FORBIDDEN'), 'the refusal')
    expect_equal([x[0] for x in await history(p, chat)], [x[0] for x in before], 'and keeps what was')
    # And back, with some of what was said meanwhile.
    await t.call('call', text='messages.AddChatUserRequest(%d, %d, 10)' % (-chat, p.me['id']))
    texts = [x[0] for x in await history(p, chat)]
    expect_equal(texts.count(text), 2, 'he was given what he had missed')
    # Another leaves by himself.
    old = people['telethon-old']
    await old.call('call', text='messages.DeleteChatUserRequest(%d, InputUserSelf())' % -chat)
    await counted(tdlib, chat, 4)
    expect(await history(old, chat), 'his history is still his')
    await tdlib.invoke(method='addChatMember', args={'chat_id': chat, 'user_id': old.me['id'], 'forward_limit': 20})
    await counted(tdlib, chat, 5)


async def test_tags(stage):
    """The words beside a member's name: TDLib sets them for another and sees them in its list; the other's are in force at once."""
    people, chat = await room(stage)
    a, b = people['tdlib'], people['mtcute']

    async def tags():
        info = await a.invoke(method='getBasicGroupFullInfo', args={'basic_group_id': -chat})
        return {m['member_id']['user_id']: m['tag'] for m in info['members'] if m['tag']}
    await a.invoke(method='setChatMemberTag', args={'chat_id': chat, 'user_id': b.me['id'], 'tag': 'cook'})
    await until('it stands in the list', tags, {b.me['id']: 'cook'})
    heard = await say(stage, b, word('dinner'))
    shown = await a.invoke(method='getMessage', args={'chat_id': chat, 'message_id': heard['tdlib']['id'] << 20})
    expect_equal(shown.get('sender_tag'), 'cook', 'and beside what he says')
    await a.invoke(method='setChatMemberTag', args={'chat_id': chat, 'user_id': b.me['id'], 'tag': ''})
    await until('it is gone', tags, {})
    await the_same_everywhere(stage)


async def test_link(stage):
    people, chat = await room(stage)
    tdlib, old, m = (people[n] for n in ('tdlib', 'telethon-old', 'mtcute'))
    made = await tdlib.invoke(method='createChatInviteLink', args={'chat_id': chat, 'name': 'door'})
    hash = made['invite_link'].rsplit('+', 1)[1]
    seen = await tdlib.invoke(method='checkChatInviteLink', args={'invite_link': made['invite_link']})
    expect_equal((seen['title'], seen['chat_id']), ('New name', chat), 'what a link shows')
    await old.call('call', text='messages.DeleteChatUserRequest(%d, InputUserSelf())' % -chat)
    await counted(tdlib, chat, 4)
    mark = m.mark()
    await old.call('call', text='messages.ImportChatInviteRequest("%s")' % hash)
    await m.wait('new', lambda e: e['message']['peer'] == chat and e['message']['service'], since=mark)
    await counted(tdlib, chat, 5)
    links = await tdlib.invoke(method='getChatInviteLink', args={'chat_id': chat, 'invite_link': made['invite_link']})
    expect_equal(links['member_count'], 1, 'who came by it')
    # And by one that asks first.
    made = await tdlib.invoke(method='createChatInviteLink', args={'chat_id': chat, 'creates_join_request': True})
    await old.call('call', text='messages.DeleteChatUserRequest(%d, InputUserSelf())' % -chat)
    try:
        await old.call('call', text='messages.ImportChatInviteRequest("%s")' % made['invite_link'].rsplit('+', 1)[1])
        expect(False, 'he has to wait')
    except Refused as e:
        expect_equal(e.name, 'INVITE_REQUEST_SENT', 'the refusal')
    await tdlib.invoke(method='processChatJoinRequest', args={'chat_id': chat, 'user_id': old.me['id'], 'approve': True})
    await counted(tdlib, chat, 5)


async def test_kill(stage):
    """A group of 25, most of them away: the server dies while it delivers; nobody misses anything, nobody has it twice or in another order."""
    people, chat = await room(stage)
    tdlib = people['tdlib']
    crowd = []
    for i in range(CROWD):
        c = await stage.person('telethon', 'Crowd%d' % i)
        crowd.append(c)
        await c.end()
    for c in crowd:
        u = await tdlib.add_contact(phone='+' + c.phone, first=c.first)
        await tdlib.invoke(method='addChatMember', args={'chat_id': chat, 'user_id': u['id'], 'forward_limit': 0})
    want = []

    async def talk(c, n):
        for _ in range(n):
            text = word('k')
            want.append(text)
            await until_answered(c.send, to=chat, text=text)
    talkers = [asyncio.create_task(talk(people[n], 12)) for n in ('tdlib', 'mtcute', 'telethon', 'pyrogram')]
    for _ in range(3):
        await asyncio.sleep(0.4)
        await stage.server.restart_after_kill(0.2)
    await asyncio.gather(*talkers)
    last = await say_until_heard(stage, tdlib)
    back = [await stage.client('telethon', crowd[i].dir.name) for i in (0, CROWD - 1)]
    for _ in range(100):  # what waits is delivered behind
        got = [[x for x in await history(c, chat) if not x[1]] for c in back]
        if all(h and h[0][0] == last for h in got):
            break
        await asyncio.sleep(0.1)
    full = [x for x in await history(people['telethon'], chat) if not x[1]]
    texts = [x[0] for x in full]
    for text in want:
        expect(texts.count(text) >= 1, '%r is there' % text)
    for c, h in zip(back, got):
        expect_equal([x[0] for x in h], texts[:len(h)], 'the order as %r, who was away, has it' % c)
        expect(len(h) >= len(want), 'all of it')
    await the_same_everywhere(stage)


async def say_until_heard(stage, who):
    text = word('last')
    await until_answered(who.send, to=stage.chat, text=text)
    return text


async def test_migrate(stage):
    people, chat = await room(stage)
    tdlib, t, m = people['tdlib'], people['telethon'], people['mtcute']
    before = await history(m, chat)
    r = await tdlib.invoke(method='upgradeBasicGroupChatToSupergroupChat', args={'chat_id': chat})
    channel = r['id']
    expect_equal(r['type']['@type'], 'chatTypeSupergroup', 'what it is')
    info = await tdlib.invoke(method='getSupergroupFullInfo', args={'supergroup_id': -channel - 10**12})
    expect_equal(info['upgraded_from_basic_group_id'], -chat, 'whence it came')
    expect(info['upgraded_from_max_message_id'] > 0, 'up to which message')
    after = await history(m, chat)  # Telethon goes to the supergroup, whatever it is asked for
    expect_equal([x[0] for x in after[1:]], [x[0] for x in before], 'the old history is where it was')
    expect(after[0][1], 'it says where the group went')
    await t.call('dialogs')
    came = 0
    for _ in range(100):  # the others come along behind, and he among them
        try:
            full = await t.call('call', text='channels.GetFullChannelRequest(%d)' % channel)
            came = full['full_chat']['participants_count']
        except Refused as e:
            expect_equal(e.name, 'CHANNEL_PRIVATE', 'as long as he is not there')
        if came == 5 + CROWD:
            break
        await asyncio.sleep(0.1)
    expect_equal(came, 5 + CROWD, 'who came along')
    top = (await t.history(of=channel, limit=10))
    expect(top and top[-1]['service'] and top[-1]['id'] == 1, 'the new history begins with where it came from')
    text = word('in the supergroup')
    await tdlib.send(to=channel, text=text)
    for name in 'telethon', 'mtcute', 'pyrogram':
        c = people[name]
        await c.call('dialogs')
        expect_equal((await c.history(of=channel, limit=1))[0]['text'], text, '%r reads it' % c)


async def test_clean_logs(stage):
    expect_clean_logs(*stage.people.values())
