"""Posts and messages in one channel and one supergroup, with TDLib twice, Telethon and mtcute in it: what each sees, now and later."""

from harness import Refused, expect, expect_clean_logs, expect_equal, new_room, until


async def room(stage, is_channel):
    """The first one makes it and invites the others: (people, chat)."""
    if not hasattr(stage, 'people'):
        stage.people = [await stage.person(n, f) for n, f in
                        (('tdlib', 'Owner'), ('tdlib', 'Member'), ('telethon', 'Ten'), ('mtcute', 'Cute'))]
        await stage.acquaint(*stage.people)
    a, *others = stage.people
    chat = await new_room(a, 'Channel' if is_channel else 'Group', *others, is_channel=is_channel)
    await others[0].invoke(method='openChat', args={'chat_id': chat})
    return stage.people, chat


async def td_say(c, chat, text, **more):
    mark = c.mark()
    content = {'@type': 'inputMessageText', 'text': {'@type': 'formattedText', 'text': text}}
    await c.invoke(method='sendMessage', args={'chat_id': chat, 'input_message_content': content, **more})
    e = await c.wait('sent', lambda e: e['message']['text'] == text, mark)
    return e['message']


async def dialog(c, chat):
    return next(d for d in await c.dialogs() if d['peer'] == chat)


async def all_see(people, text, marks, kind='new'):
    return [await p.wait_text(text, kind=kind, since=m) for p, m in zip(people, marks)]


async def test_channel(stage):
    people, chat = await room(stage, True)
    a, b, t, m = people
    marks = [p.mark() for p in people]
    post = await td_say(a, chat, 'the first post')
    seen = await all_see(people[1:], 'the first post', marks[1:])
    expect_equal({x['id'] for x in seen}, {post['id']}, 'one id for all')
    expect(not any(x['out'] for x in seen), 'it is nobody else\'s')
    await until('unread', lambda: dialog(t, chat), lambda d: d['unread'] == 1)
    edited = {'@type': 'inputMessageText', 'text': {'@type': 'formattedText', 'text': 'the first post, mended'}}
    marks = [p.mark() for p in people]
    await a.invoke(method='editMessageText', args={'chat_id': chat, 'message_id': post['id'] << 20, 'input_message_content': edited})
    await all_see(people[1:], 'the first post, mended', marks[1:], 'edit')
    try:
        await t.send(to=chat, text='may I?')
        expect(False, 'a subscriber does not post')
    except Refused as e:
        expect_equal((e.code, e.name), (403, 'CHAT_WRITE_FORBIDDEN'), 'a subscriber')
    await b.invoke(method='viewMessages', args={'chat_id': chat, 'message_ids': [post['id'] << 20], 'force_read': True})
    await t.read(to=chat, up_to=post['id'])
    await until('it is read', lambda: dialog(t, chat), lambda d: (d['unread'], d['read_in']) == (0, post['id']))
    views = await until('a view', lambda: a.invoke(method='getMessage', args={'chat_id': chat, 'message_id': post['id'] << 20}),
                        lambda m: m['interaction_info'] and m['interaction_info']['view_count'] > 0)
    expect(views['interaction_info']['view_count'] <= 4, 'each counts once')
    link = await a.invoke(method='getMessageLink', args={'chat_id': chat, 'message_id': post['id'] << 20, 'media_timestamp': 0})
    expect(link['link'].endswith('/%d/%d' % (-1000000000000 - chat, post['id'])), 'its address: %s' % link['link'])
    expect_clean_logs(a, b, m)


async def test_group(stage):
    people, chat = await room(stage, False)
    a, b, t, m = people
    for i, p in enumerate(people):
        text, marks = 'hello of %d' % i, [p.mark() for p in people]
        mine = await (td_say(p, chat, text) if p in (a, b) else p.send(to=chat, text=text))
        others = [x for x in people if x is not p]
        seen = await all_see(others, text, [marks[people.index(x)] for x in others])
        expect_equal({x['id'] for x in seen}, {mine['id']}, 'one id for all')
        expect(mine['out'] and not any(x['out'] for x in seen), 'out is for the writer alone')
    marks = [p.mark() for p in people]
    last = await m.send(to=chat, text='to be read')
    await t.wait_text('to be read', since=marks[2])
    await t.read(to=chat, up_to=last['id'])
    await m.wait('read_out', lambda e: e['peer'] == chat and e['max_id'] == last['id'], since=marks[3])
    await t.delete(to=chat, ids=[(await t.send(to=chat, text='gone at once'))['id']])
    await b.wait('delete', since=marks[1])
    kept = [(x['id'], x['text']) for x in await t.history(of=chat)]
    expect_equal([(x['id'], x['text']) for x in await m.history(of=chat)], kept, 'one history')
    expect_clean_logs(a, b, m)


async def test_pin_forward_mention(stage):
    people, chat = await room(stage, False)
    a, b, t, m = people
    marks = [p.mark() for p in people]
    said = await td_say(a, chat, 'pin me')
    await a.invoke(method='pinChatMessage', args={'chat_id': chat, 'message_id': said['id'] << 20, 'disable_notification': False})
    await b.wait('pinned', lambda e: e['ids'] == [said['id']], since=marks[1])
    expect_equal(await t.pins(of=chat), [said['id']], 'one is pinned')
    await t.wait_text('pin me', since=marks[2])
    forwarded = await t.forward(to=a.me['id'], source=chat, ids=[said['id']])
    expect(forwarded[0]['forward'], 'it says whence it is')
    found = await t.call('search', query='pin', of=chat)
    expect_equal([x['id'] for x in found], [said['id']], 'it is found by its word')
    mark = b.mark()
    await t.call('send', to=chat, text='to you', reply_to=(await td_say(b, chat, 'who?'))['id'])
    await b.wait_text('to you', since=mark)
    await until('he is mentioned', lambda: b.invoke(method='getChat', args={'chat_id': chat}), lambda c: c['unread_mention_count'] == 1)
    await b.invoke(method='readAllChatMentions', args={'chat_id': chat})
    await until('no more', lambda: b.invoke(method='getChat', args={'chat_id': chat}), lambda c: c['unread_mention_count'] == 0)
    expect_clean_logs(a, b, m)


async def test_away(stage):
    """Who was away comes back to what the others have."""
    people, chat = await room(stage, False)
    a, b, t, m = people
    await stage.server.restart_after_kill()
    for i in range(30):
        await t.send(to=chat, text='while away %d' % i)
    await b.wait_text('while away 29', since=0)
    await m.wait_text('while away 29', since=0)
    kept = [(x['id'], x['text']) for x in await t.history(of=chat)]
    expect_equal([(x['id'], x['text']) for x in await m.history(of=chat)], kept, 'one history')
    expect_equal((await dialog(b, chat))['top'], kept[0][0], 'TDLib has the newest on top')
    expect_clean_logs(a, b, m)


async def test_too_long(stage):
    """Who has missed more than [updates] channel_gap gets the newest page instead, and ends with what the server has."""
    async with stage.another('gap') as s:
        ini = s.dir / 'gap.ini'
        ini.write_text('[updates]\nchannel_gap = 50\n')
        await s.server.kill()
        s.server.options += ['--config', ini]
        await s.server.start()
        people, chat = await room(s, False)
        a, b, t, m = people
        early = [(await t.send(to=chat, text='early %d' % i))['id'] for i in range(5)]
        for p in (a, b, m):
            await p.wait_text('early 4', since=0)
        for p in (b, t):
            await p.disconnect()
            await p.end()
        await a.delete(to=chat, ids=[early[1]])
        for i in range(120):
            await m.send(to=chat, text='while away %d' % i)
        back = await s.client('tdlib', name=b.dir.name)
        ten = await s.client('telethon', name=t.dir.name)
        # Unread: that he was added, the four early ones that are left (Telethon wrote them), what came while away.
        for p, unread in (back, 125), (ten, 121):
            await until('%r has the newest on top' % p, lambda: dialog(p, chat),
                        lambda d: (d['unread'], d['top']) == (unread, early[4] + 120))
        kept = [(x['id'], x['text']) for x in await m.history(of=chat)]
        expect(early[1] not in [x[0] for x in kept] and len(kept) >= 124, 'what the server has: %r' % kept)
        for p in (back, ten):
            expect_equal([(x['id'], x['text']) for x in await p.history(of=chat)], kept, '%r ends with it' % p)
        marks = back.mark(), ten.mark()
        await m.send(to=chat, text='and on')
        for p, mark in zip((back, ten), marks):
            await p.wait_text('and on', since=mark)
        expect_clean_logs(back, m)


async def test_auto_delete(stage):
    """A time for messages of a supergroup: told to all, and they go by themselves; found by a search of everything while there."""
    people, chat = await room(stage, False)
    a, b, t, m = people
    mark = b.mark()
    await a.invoke(method='setChatMessageAutoDeleteTime', args={'chat_id': chat, 'message_auto_delete_time': 10})
    await until('he knows the time', lambda: b.invoke(method='getChat', args={'chat_id': chat}),
                lambda c: c['message_auto_delete_time'] == 10)
    said = await t.send(to=chat, text='zanzibar')
    await b.wait_text('zanzibar', since=mark)
    found = await t.call('call', text="messages.SearchGlobalRequest('zanzibar', InputMessagesFilterEmpty(), None, None, 0, InputPeerEmpty(), 0, 10)")
    expect_equal([x['id'] for x in found['messages']], [said['id']], 'a search of everything finds it')
    found = await b.invoke(method='searchMessages', args={'chat_list': None, 'query': 'zanzibar', 'offset': '', 'limit': 10})
    expect_equal([x['id'] >> 20 for x in found['messages']], [said['id']], 'TDLib finds it')
    await b.wait('delete', lambda e: said['id'] in e['ids'], since=mark)
    await a.invoke(method='setChatMessageAutoDeleteTime', args={'chat_id': chat, 'message_auto_delete_time': 0})
    expect_clean_logs(a, b, m)
