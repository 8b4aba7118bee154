"""Reactions and polls: TDLib, Telethon and mtcute in private chats, in a supergroup and in a channel; all end with the same state."""
import asyncio

from harness import expect, expect_clean_logs, expect_equal, new_room, refused, until

UP, FIRE, HEART = '\U0001f44d', '\U0001f525', '❤'


async def offered(td):
    """Before TDLib knows what is offered it sends nothing."""
    await td.wait('reactions', lambda e: len(e['emoji']) > 0)


async def test_private(stage):
    """TDLib writes, the others react, change and take back; what the writer has not seen is counted until he looks."""
    a, t, m = stage.people = [await stage.person(n) for n in ('tdlib', 'telethon', 'mtcute')]
    await stage.acquaint(a, t, m)
    await offered(a)
    for other in (t, m):
        his = other.me['id']
        sent = await a.send(to=his, text='look at this')
        id = (await other.history(of=a.me['id'], limit=1))[0]['id']
        await other.react(to=a.me['id'], id=id, emoji=[UP])
        await until('the writer sees it', lambda: a.reactions(of=his, id=sent['id']), {UP: [1, False]})
        await until('and that it is new', lambda: a.unread_reactions(of=his), 1)
        await a.read_reactions(of=his)
        await until('until he has looked', lambda: a.unread_reactions(of=his), 0)
        await a.react(to=his, id=sent['id'], emoji=[HEART])
        await until('both are seen', lambda: other.reactions(of=a.me['id'], id=id), {UP: [1, True], HEART: [1, False]})
        await other.react(to=a.me['id'], id=id, emoji=[HEART, FIRE])
        await until('another one', lambda: a.reactions(of=his, id=sent['id']), {HEART: [2, True], FIRE: [1, False]})
        expect_equal(sorted(await other.reacted(of=a.me['id'], id=id)),
                     sorted([[his, HEART], [his, FIRE], [a.me['id'], HEART]]), 'who and what')
        await other.react(to=a.me['id'], id=id, emoji=[])
        await a.react(to=his, id=sent['id'], emoji=[])
        await until('none is left', lambda: other.reactions(of=a.me['id'], id=id), {})
        await until('here, too', lambda: a.reactions(of=his, id=sent['id']), {})
    # What TDLib writes under is the other's, too.
    sent = await t.send(to=a.me['id'], text='and this')
    id = (await until('it came', lambda: a.history(of=t.me['id'], limit=1), lambda v: v and v[0]['text'] == 'and this'))[0]['id']
    await a.react(to=t.me['id'], id=id, emoji=[UP])
    expect_equal(await t.unread_reactions(of=a.me['id']), 1, 'Telethon has something new')
    await t.read_reactions(of=a.me['id'])
    expect_equal(await t.unread_reactions(of=a.me['id']), 0, 'and has seen it')
    await refused('REACTION', t.react(to=a.me['id'], id=sent['id'], emoji=['x']))
    await refused('MESSAGE_NOT_MODIFIED', t.react(to=a.me['id'], id=sent['id'], emoji=[]))
    await refused('MESSAGE_ID_INVALID', t.react(to=a.me['id'], id=sent['id'] + 1000, emoji=[UP]))
    expect_clean_logs(a, m)


async def room(stage, is_channel):
    """TDLib's, with the others in it."""
    a, t, m = stage.people
    chat = await new_room(a, 'The room', t, m, is_channel=is_channel)
    # What it has not read of the chat it shows no reactions in.
    await a.invoke(method='getSupergroupFullInfo', args={'supergroup_id': -chat - 10 ** 12})
    return chat


async def all_see(people, chat, what, word, id, wanted):
    """wanted: what each sees."""
    for who, seen in zip(people, wanted):
        await until('%r sees %s' % (who, what), lambda: getattr(who, word)(of=chat, id=id), seen)


async def test_supergroup(stage):
    a, t, m = stage.people
    chat = await room(stage, False)
    id = (await a.send(to=chat, text='what do you say?'))['id']
    await t.react(to=chat, id=id, emoji=[UP])
    await m.react(to=chat, id=id, emoji=[UP, FIRE])
    await all_see((a, t, m), chat, 'all of it', 'reactions', id,
                  ({UP: [2, False], FIRE: [1, False]}, {UP: [2, True], FIRE: [1, False]}, {UP: [2, True], FIRE: [1, True]}))
    await until('one message has news', lambda: a.unread_reactions(of=chat), 1)
    await a.react(to=chat, id=id, emoji=[FIRE])
    await t.react(to=chat, id=id, emoji=[FIRE])
    await m.react(to=chat, id=id, emoji=[UP])
    await all_see((a, t, m), chat, 'what it became', 'reactions', id,
                  ({UP: [1, False], FIRE: [2, True]}, {UP: [1, False], FIRE: [2, True]}, {UP: [1, True], FIRE: [2, False]}))
    listed = sorted([[a.me['id'], FIRE], [t.me['id'], FIRE], [m.me['id'], UP]])
    for who in (a, t, m):
        expect_equal(sorted(await who.reacted(of=chat, id=id)), listed, '%r: who and what' % who)
    await a.read_reactions(of=chat)
    await until('he has looked', lambda: a.unread_reactions(of=chat), 0)
    only = {'@type': 'chatAvailableReactionsSome', 'reactions': [{'@type': 'reactionTypeEmoji', 'emoji': HEART}], 'max_reaction_count': 11}
    await a.invoke(method='setChatAvailableReactions', args={'chat_id': chat, 'available_reactions': only})
    await refused('REACTION_INVALID', t.react(to=chat, id=id, emoji=[UP]))
    await t.react(to=chat, id=id, emoji=[HEART])
    await m.react(to=chat, id=id, emoji=[])
    await all_see((a, t, m), chat, 'the end', 'reactions', id,
                  ({FIRE: [1, True], HEART: [1, False]}, {FIRE: [1, False], HEART: [1, True]}, {FIRE: [1, False], HEART: [1, False]}))
    # Who speaks for the group reacts as it.
    await a.invoke(method='setChatMemberStatus', args={
        'chat_id': chat, 'member_id': {'@type': 'messageSenderUser', 'user_id': a.me['id']},
        'status': {'@type': 'chatMemberStatusCreator', 'custom_title': '', 'is_anonymous': True, 'is_member': True}})
    await a.react(to=chat, id=id, emoji=[HEART])
    expect_equal(sorted(await t.reacted(of=chat, id=id)), sorted([[chat, HEART], [t.me['id'], HEART]]), 'whose they are')
    await all_see((a, t, m), chat, 'as the group', 'reactions', id, ({HEART: [2, True]}, {HEART: [2, True]}, {HEART: [2, False]}))
    expect_clean_logs(a, m)


async def test_channel(stage):
    """Of a channel's posts the counts are seen, and nobody's name."""
    a, t, m = stage.people
    chat = await room(stage, True)
    id = (await a.send(to=chat, text='news'))['id']
    await t.react(to=chat, id=id, emoji=[UP])
    await m.react(to=chat, id=id, emoji=[FIRE])
    await all_see((a, t, m), chat, 'the counts', 'reactions', id,
                  ({UP: [1, False], FIRE: [1, False]}, {UP: [1, True], FIRE: [1, False]}, {UP: [1, False], FIRE: [1, True]}))
    expect_equal(await a.unread_reactions(of=chat), 0, 'of posts nobody has to look at reactions')
    await refused('BROADCAST_FORBIDDEN', t.reacted(of=chat, id=id))
    # A poll of the channel: nobody knows who.
    poll = (await a.send_poll(to=chat, question='Tea?', answers=['yes', 'no']))['id']
    await t.vote(to=chat, id=poll, options=[0])
    await m.vote(to=chat, id=poll, options=[1])
    await until('the owner sees the counts', lambda: a.poll(of=chat, id=poll), lambda p: p['votes'] == [1, 1] and p['total'] == 2)
    await a.close_poll(to=chat, id=poll)
    for who in (t, m):
        await until('it is over', lambda: who.poll(of=chat, id=poll), lambda p: p['closed'] and p['votes'] == [1, 1])
        await refused('POLL_CLOSED', who.vote(to=chat, id=poll, options=[0]))
    expect_clean_logs(a, m)


def seen(votes, chosen, closed=False, right=(), question='Tea?'):
    """votes None: TDLib shows them to voters alone."""
    counted = {'question': question, 'votes': votes, 'chosen': chosen, 'right': list(right), 'closed': closed}
    return lambda p: all(v is None or p[k] == v for k, v in counted.items())


async def test_polls(stage):
    """A poll of each library in a supergroup: voted in by the others, changed, taken back, closed."""
    a, t, m = stage.people
    chat = await room(stage, False)
    for asks, one, two in ((a, t, m), (t, m, a), (m, a, t)):
        id = (await asks.send_poll(to=chat, question='Tea?', answers=['yes', 'no', 'late'], several=True, open=True))['id']
        for who in (one, two):
            await until('it came', lambda: who.history(of=chat, limit=1), lambda v: v and v[0]['id'] == id)
        await one.vote(to=chat, id=id, options=[0, 2])
        await two.vote(to=chat, id=id, options=[1])
        await all_see((asks, one, two), chat, 'the votes', 'poll', id, (seen([1, 1, 1], []), seen([1, 1, 1], [0, 2]), seen([1, 1, 1], [1])))
        expect_equal((await asks.poll(of=chat, id=id))['total'], 2, 'voters')
        await two.vote(to=chat, id=id, options=[2])
        await one.vote(to=chat, id=id, options=[])
        await all_see((asks, one, two), chat, 'what they became', 'poll', id, (seen([0, 0, 1], []), seen(None, []), seen([0, 0, 1], [2])))
        expect_equal(await two.voted(of=chat, id=id, option=2), [two.me['id']], 'who voters see')
        await asks.close_poll(to=chat, id=id)
        await all_see((asks, one, two), chat, 'the end', 'poll', id,
                      (seen([0, 0, 1], [], True), seen([0, 0, 1], [], True), seen([0, 0, 1], [2], True)))
        await refused('POLL', one.vote(to=chat, id=id, options=[0]))
    expect_clean_logs(a, m)


async def test_votes_as_group(stage):
    """TDLib's account speaks for a channel of its own, then for the group, then for itself: what it writes, and one vote, and all see whose."""
    a, t, m = stage.people
    chat = await room(stage, False)
    own = await room(stage, True)
    for of, name in ((chat, 'the_open_room'), (own, 'the_own_channel')):
        await a.invoke(method='setSupergroupUsername', args={'supergroup_id': -of - 10 ** 12, 'username': name})
    await a.invoke(method='getSupergroupFullInfo', args={'supergroup_id': -chat - 10 ** 12})
    await until('TDLib lets him choose', lambda: a.invoke(method='getChat', args={'chat_id': chat}),
                lambda c: (c.get('message_sender_id') or {}).get('user_id') == a.me['id'])
    id = (await m.send_poll(to=chat, question='Tea?', answers=['yes', 'no'], open=True))['id']
    for who in (a, t):
        await until('it came', lambda: who.history(of=chat, limit=1), lambda v: v and v[0]['id'] == id)
    await t.vote(to=chat, id=id, options=[1])
    speak = {'chat_id': chat, 'message_sender_id': {'@type': 'messageSenderChat', 'chat_id': own}}
    await a.invoke(method='setChatMessageSender', args=speak)
    said = (await a.send(to=chat, text='we say'))['id']
    await until('it came', lambda: t.history(of=chat, limit=1), lambda v: v and v[0]['text'] == 'we say')
    r = await t.call('call', text='channels.GetMessagesRequest(channel=%d, id=[%d])' % (chat, said))
    expect_equal(r['messages'][0]['from_id'], {'_': 'PeerChannel', 'channel_id': -own - 10 ** 12}, 'who says it')
    await a.vote(to=chat, id=id, options=[0])
    await all_see((a, t, m), chat, 'the votes', 'poll', id, (seen([1, 1], [0]), seen([1, 1], [1]), seen([1, 1], [])))
    for who in (a, t):
        expect_equal(await who.voted(of=chat, id=id, option=0), [own], '%r: whose vote' % who)
    shown = await a.invoke(method='getMessage', args={'chat_id': chat, 'message_id': id << 20})
    voters = shown['content']['poll']['recent_voter_ids']
    expect_equal(sorted(v.get('chat_id') or v['user_id'] for v in voters), sorted([own, t.me['id']]), 'the newest voters')
    # Then for the group, as an anonymous admin, and for itself once it is none.
    me = {'@type': 'messageSenderUser', 'user_id': a.me['id']}
    for anonymous, sender, option, voter in ((True, {'@type': 'messageSenderChat', 'chat_id': chat}, 1, chat), (False, me, 0, a.me['id'])):
        await a.invoke(method='setChatMemberStatus', args={'chat_id': chat, 'member_id': me, 'status': {
            '@type': 'chatMemberStatusCreator', 'custom_title': '', 'is_anonymous': anonymous, 'is_member': True}})
        await a.invoke(method='setChatMessageSender', args={'chat_id': chat, 'message_sender_id': sender})
        await a.vote(to=chat, id=id, options=[option])
        expect_equal([v for v in await t.voted(of=chat, id=id, option=option) if v != t.me['id']], [voter], 'whose vote it is now')
    await all_see((a, t, m), chat, 'one vote', 'poll', id, (seen([1, 1], [0]), seen([1, 1], [1]), seen([1, 1], [])))
    expect_clean_logs(a, m)


async def test_views_of_what_was_passed_on(stage):
    """A post shows its views wherever it was passed on to, and is seen there, too."""
    a, t, m = stage.people
    chat, own = await room(stage, False), await room(stage, True)
    post = (await a.send(to=own, text='news'))['id']
    await a.invoke(method='forwardMessages', args={'chat_id': chat, 'from_chat_id': own, 'message_ids': [post << 20]})
    copy = (await until('it came', lambda: t.history(of=chat, limit=1), lambda v: v and v[0]['text'] == 'news'))[0]['id']
    views = 'messages.GetMessagesViewsRequest(peer=%d, id=[%d], increment=True)'
    for of, id, n in ((chat, copy, 1), (own, post, 1)):  # the same person, who counts once
        r = await t.call('call', text=views % (of, id))
        expect_equal((r['views'][0]['views'], r['views'][0]['forwards']), (n, 1), 'how often it was seen and passed on')
    await a.invoke(method='openChat', args={'chat_id': chat})
    await a.invoke(method='viewMessages', args={'chat_id': chat, 'message_ids': [copy << 20], 'source': None, 'force_read': True})
    await until('TDLib shows the views of the post', lambda: a.invoke(method='getMessage', args={'chat_id': chat, 'message_id': copy << 20}),
                lambda x: x['interaction_info']['view_count'] == 2)
    expect_clean_logs(a, m)


async def test_seen_by(stage):
    """Who has read what one wrote, in a supergroup that is small enough."""
    a, t, m = stage.people
    chat = await room(stage, False)
    id = (await a.send(to=chat, text='has anybody read this?'))['id']

    async def seen_by():
        r = await a.invoke(method='getMessageViewers', args={'chat_id': chat, 'message_id': id << 20})
        return sorted(v['user_id'] for v in r['viewers'])
    expect_equal(await seen_by(), [], 'nobody has')
    for n, who in enumerate((t, m)):
        await until('it came', lambda: who.history(of=chat, limit=1), lambda v: v and v[0]['id'] == id)
        await who.read(to=chat, up_to=id)
        await until('one more has', seen_by, sorted(x.me['id'] for x in (t, m)[:n + 1]))
    expect_clean_logs(a, m)


async def test_quiz(stage):
    """In private chats, where TDLib sends none, but votes: what is right is told to who has answered."""
    a, t, m = stage.people
    for asks, other in ((t, a), (m, a), (t, m), (m, t)):
        peer, back = other.me['id'], asks.me['id']
        id = (await asks.send_poll(to=peer, question='1 + 1?', answers=['1', '2'], right=1))['id']
        his = (await until('it came', lambda: other.history(of=back, limit=1), lambda v: v and not v[0]['text']))[0]['id']
        q = '1 + 1?'
        expect(seen([0, 0], [], question=q)(await other.poll(of=back, id=his)), 'nothing is told before')
        await other.vote(to=back, id=his, options=[0])
        await until('he is told', lambda: other.poll(of=back, id=his), seen([1, 0], [0], right=[1], question=q))
        await until('the other sees that he voted', lambda: asks.poll(of=peer, id=id), lambda p: p['votes'] == [1, 0])
        if other is not a:
            await refused('REVOTE_NOT_ALLOWED', other.vote(to=back, id=his, options=[1]))
    expect_clean_logs(a, m)


async def test_while_away(stage):
    """Who was away while others reacted ends with what those see who were there."""
    a, t, m = stage.people
    sent = await t.send(to=m.me['id'], text='before')
    id = (await until('it came', lambda: m.history(of=t.me['id'], limit=1), lambda v: v and v[0]['text'] == 'before'))[0]['id']
    b = await stage.client('tdlib')
    await stage.sign_in(b, t.phone)  # the same account as Telethon's
    await offered(b)
    await b.dialogs()
    mine = (await until('it has it', lambda: b.history(of=m.me['id'], limit=1), lambda v: v and v[0]['text'] == 'before'))[0]['id']
    expect_equal(mine, sent['id'], 'one account, one id')
    await b.reactions(of=m.me['id'], id=mine)
    await b.disconnect()
    await b.end()
    await m.react(to=t.me['id'], id=id, emoji=[FIRE])
    await t.react(to=m.me['id'], id=mine, emoji=[HEART])
    await m.send(to=t.me['id'], text='after')
    b = await stage.client('tdlib', b.dir.name)
    await b.wait_text('after')
    await until('it knows', lambda: b.reactions(of=m.me['id'], id=mine), {FIRE: [1, False], HEART: [1, True]})
    await until('and that one is new', lambda: b.unread_reactions(of=m.me['id']), 1)
    expect_equal(await t.reactions(of=m.me['id'], id=mine), {FIRE: [1, False], HEART: [1, True]}, 'as the other device')
    expect_clean_logs(a, b, m)
