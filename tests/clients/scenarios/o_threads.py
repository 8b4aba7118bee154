"""Comments of a channel's posts, and topics of a forum: TDLib as owner and as a guest, Telethon and mtcute with it."""

from harness import Refused, add_members, expect, expect_clean_logs, expect_equal, new_room, until

BASE = 1000000000000
SERVER = 1 << 20  # TDLib's ids are the server's times this


def channel_of(chat):
    """The id in the API of a TDLib chat."""
    return -chat - BASE


async def people_of(stage):
    if not hasattr(stage, 'people'):
        who = ('tdlib', 'Owner'), ('tdlib', 'Guest'), ('telethon', 'Ten'), ('mtcute', 'Cute')
        stage.people = [await stage.person(n, f) for n, f in who]
        await stage.acquaint(*stage.people)
    return stage.people


async def link(a, channel, group):
    """Ties them, as an app does: it has shown the channel's page. A TDLib that has not guesses, as it sends, that its post has no comments,
    and complains when the server says otherwise."""
    await a.invoke(method='getSupergroupFullInfo', args={'supergroup_id': channel_of(channel)})
    await a.invoke(method='setChatDiscussionGroup', args={'chat_id': channel, 'discussion_chat_id': group})


async def say(who, chat, text, **where):
    """TDLib says something: the message as the server has it."""
    mark = who.mark()
    content = {'@type': 'inputMessageText', 'text': {'@type': 'formattedText', 'text': text}}
    await who.invoke(method='sendMessage', args={'chat_id': chat, 'input_message_content': content, **where})
    e = await who.wait('sent', lambda e: e['message']['peer'] == chat and e['message']['text'] == text, mark)
    return e['message']['id']


async def hash_of(t, chat):
    """Telethon knows a channel's access hash from what it was told."""
    dialogs = await t.call('call', text='messages.GetDialogsRequest(None, 0, InputPeerEmpty(), 100, 0)')
    return next(c['access_hash'] for c in dialogs['chats'] if c['id'] == channel_of(chat))


def texts(r):
    return [m['message'] for m in r['messages'] if m.get('message')]


async def thread(who, chat, id):
    return await who.invoke(method='getMessageThread', args={'chat_id': chat, 'message_id': id * SERVER})


async def thread_texts(who, chat, id):
    """What TDLib has of a thread, the newest first; it may give less than was asked for."""
    got, last = [], 0
    while True:
        r = await who.invoke(method='getMessageThreadHistory', args={
            'chat_id': chat, 'message_id': id * SERVER, 'from_message_id': last, 'offset': 0, 'limit': 50})
        if not r['messages']:
            return got
        got += [m['content']['text']['text'] for m in r['messages'] if m['content']['@type'] == 'messageText']
        last = r['messages'][-1]['id']


async def test_comments(stage):
    """A post, comments by guests of three libraries who never joined the group, what each reads of them, edits and deletions."""
    a, b, t, m = await people_of(stage)
    channel, group = await new_room(a, 'News', is_channel=True), await new_room(a, 'Talk')
    await link(a, channel, group)
    for one in b, t, m:
        await add_members(a, channel, one)
    mark = a.mark()
    post = await say(a, channel, 'the news')
    copy = (await a.wait('new', lambda e: e['message']['peer'] == group and e['message']['text'] == 'the news', mark))['message']['id']
    await b.wait_text('the news', since=0)
    there = await thread(b, channel, post)
    expect_equal((there['chat_id'], there['message_thread_id']), (group, copy * SERVER), 'the guest finds the comments')
    expect_equal(there['reply_info']['reply_count'], 0, 'nobody has said anything')
    first = await say(b, group, 'from TDLib', topic_id={'@type': 'messageTopicThread', 'message_thread_id': copy * SERVER})
    await a.wait_text('from TDLib', since=mark)
    # Telethon, by the post.
    peer = 'InputPeerChannel(%d, %d)' % (channel_of(channel), await hash_of(t, channel))
    d = await t.call('call', text='messages.GetDiscussionMessageRequest(%s, %d)' % (peer, post))
    expect_equal((d['messages'][0]['id'], d['unread_count']), (copy, 1), 'Telethon is led to the copy')
    hash = next(c['access_hash'] for c in d['chats'] if c['id'] == channel_of(group))
    there = 'InputPeerChannel(%d, %d)' % (channel_of(group), hash)
    await t.call('call', text='messages.SendMessageRequest(%s, %r, reply_to=InputReplyToMessage(%d))' % (there, 'from Telethon', first))
    await a.wait_text('from Telethon', since=mark)
    r = await t.call('call', text='messages.GetRepliesRequest(%s, %d, 0, None, 0, 100, 0, 0, 0)' % (peer, post))
    expect_equal((r['count'], texts(r)), (2, ['from Telethon', 'from TDLib']), 'the comments by the post')
    # mtcute, by its own request.
    r = await m.call('request', name='messages.getReplies', peer=channel, fields={
        'msgId': post, 'offsetId': 0, 'offsetDate': 0, 'addOffset': 0, 'limit': 100, 'maxId': 0, 'minId': 0})
    expect_equal(texts(r), ['from Telethon', 'from TDLib'], 'mtcute sees the same')
    r = await m.call('request', name='channels.getMessages', channel=channel, fields={'id': [{'_': 'inputMessageID', 'id': post}]})
    said = r['messages'][0]['replies']
    expect_equal((said['replies'], said['comments'], said['maxId']), (2, True, first + 1), 'the post counts its comments')
    expect_equal([p['userId'] for p in said['recentRepliers']], [t.me['id'], b.me['id']], 'and shows who was there last')
    expect_equal((await thread_texts(b, group, copy))[:2], ['from Telethon', 'from TDLib'], 'TDLib reads the thread')
    # Reading: the guest's device says so, whoever wrote there hears of it.
    await b.invoke(method='viewMessages', args={'chat_id': group, 'message_ids': [(first + 1) * SERVER], 'force_read': True,
                                                'source': {'@type': 'messageSourceMessageThreadHistory'}})

    async def read():
        return (await t.call('call', text='messages.GetDiscussionMessageRequest(%s, %d)' % (peer, post)))['read_outbox_max_id']
    await until('Telethon hears that he was read', read, lambda v: v == first + 1)
    await until('nothing is unread', lambda: thread(b, channel, post), lambda v: v['unread_message_count'] == 0)
    mark = a.mark()
    await a.call('edit', to=channel, id=post, text='the olds')
    await a.wait('edit', lambda e: e['message']['peer'] == group and e['message']['text'] == 'the olds', mark)
    await a.call('delete', to=channel, ids=[post])
    await a.wait('delete', lambda e: copy in e['ids'], mark)
    expect_clean_logs(a, b, m)


async def topics_of(who, chat):
    r = await who.invoke(method='getForumTopics', args={'chat_id': chat, 'query': '', 'offset_date': 0, 'offset_message_id': 0,
                                                        'offset_forum_topic_id': 0, 'limit': 100})
    return {x['info']['name']: x for x in r['topics']}


async def test_topics(stage):
    """A forum: topics by three libraries, talk in two of them, unread by topic, one closed, one pinned, one deleted."""
    a, b, t, m = await people_of(stage)
    forum = await new_room(a, 'Forum')
    for one in b, t, m:
        await add_members(a, forum, one)
    await a.invoke(method='toggleSupergroupIsForum', args={'supergroup_id': channel_of(forum), 'is_forum': True, 'has_forum_tabs': False})
    icon = {'@type': 'forumTopicIcon', 'color': 0x6fb9f0, 'custom_emoji_id': '0'}
    one = (await a.invoke(method='createForumTopic', args={'chat_id': forum, 'name': 'One', 'icon': icon}))['forum_topic_id']
    peer = 'InputPeerChannel(%d, %d)' % (channel_of(forum), await hash_of(t, forum))
    u = await t.call('call', text="messages.CreateForumTopicRequest(%s, 'Two')" % peer) or \
        await t.call('call', text="channels.CreateForumTopicRequest(%s, 'Two')" % peer.replace('Peer', ''))
    two = next(x['message']['id'] for x in u['updates'] if x['_'] == 'UpdateNewChannelMessage')
    have = await until('TDLib sees them all', lambda: topics_of(b, forum), lambda v: set(v) == {'General', 'One', 'Two'})
    expect_equal(have['Two']['info']['forum_topic_id'], two, 'the same ids')
    r = await m.call('request', name='messages.getForumTopics', peer=forum, fields={
        'offsetDate': 0, 'offsetId': 0, 'offsetTopic': 0, 'limit': 100})
    expect_equal(sorted(x['title'] for x in r['topics']), ['General', 'One', 'Two'], 'mtcute, too')
    # Talk in two of them.
    mark = b.mark()
    await say(a, forum, 'in one', topic_id={'@type': 'messageTopicForum', 'forum_topic_id': one})
    last = await say(a, forum, 'in one again', topic_id={'@type': 'messageTopicForum', 'forum_topic_id': one})
    await t.call('call', text='messages.SendMessageRequest(%s, %r, reply_to=InputReplyToMessage(%d, top_msg_id=%d))' % (
        peer, 'in two', two, two))
    await say(a, forum, 'in general')
    for text in 'in one', 'in one again', 'in two', 'in general':
        await b.wait_text(text, since=mark)
    r = await t.call('call', text='messages.GetRepliesRequest(%s, %d, 0, None, 0, 100, 0, 0, 0)' % (peer, one))
    expect_equal(texts(r), ['in one again', 'in one'], 'what is in the first')
    expect(all(x['reply_to']['forum_topic'] for x in r['messages'] if x.get('message')), 'it says that it stands in a topic')
    r = await t.call('call', text='messages.GetRepliesRequest(%s, 1, 0, None, 0, 100, 0, 0, 0)' % peer)
    expect_equal(texts(r), ['in general'], 'what is in General')
    h = await b.invoke(method='getForumTopicHistory', args={'chat_id': forum, 'forum_topic_id': two, 'from_message_id': 0, 'offset': 0,
                                                            'limit': 50})
    expect_equal([x['content']['text']['text'] for x in h['messages'] if x['content']['@type'] == 'messageText'], ['in two'],
                 'TDLib reads the second')
    # Unread by topic.
    counts = {k: v['unread_count'] for k, v in (await topics_of(b, forum)).items()}
    expect_equal((counts['One'], counts['Two']), (3, 2), 'unread by topic, with their beginnings')
    await b.invoke(method='viewMessages', args={'chat_id': forum, 'message_ids': [last * SERVER], 'force_read': True,
                                                'source': {'@type': 'messageSourceForumTopicHistory'}})
    await until('the first is read', lambda: topics_of(b, forum), lambda v: v['One']['unread_count'] == 0)

    async def outbox():
        return (await topics_of(a, forum))['One']['last_read_outbox_message_id']
    await until('the owner hears of it', outbox, lambda v: v == last * SERVER)
    expect_equal((await topics_of(b, forum))['Two']['unread_count'], 2, 'the second is not')
    # Closed: the owner alone writes there.
    await a.invoke(method='toggleForumTopicIsClosed', args={'chat_id': forum, 'forum_topic_id': one, 'is_closed': True})
    await until('the others see it', lambda: topics_of(b, forum), lambda v: v['One']['info']['is_closed'])
    try:
        await t.call('call', text='messages.SendMessageRequest(%s, %r, reply_to=InputReplyToMessage(%d))' % (peer, 'may I?', one))
        expect(False, 'nobody else writes into a closed topic')
    except Refused as e:
        expect('TOPIC_CLOSED' in e.name.upper().replace(' ', '_'), 'it is refused as closed: %s' % e.name)
    await a.invoke(method='toggleForumTopicIsPinned', args={'chat_id': forum, 'forum_topic_id': two, 'is_pinned': True})
    await until('the others see what is pinned', lambda: topics_of(b, forum), lambda v: v['Two']['is_pinned'])
    await a.invoke(method='deleteForumTopic', args={'chat_id': forum, 'forum_topic_id': one})
    await until('it is gone', lambda: topics_of(b, forum), lambda v: set(v) == {'General', 'Two'})
    r = await m.call('request', name='messages.getForumTopics', peer=forum, fields={
        'offsetDate': 0, 'offsetId': 0, 'offsetTopic': 0, 'limit': 100})
    log = await a.invoke(method='getChatEventLog', args={'chat_id': forum, 'query': '', 'from_event_id': 0, 'limit': 50})
    kinds = {e['action']['@type'].removeprefix('chatEvent') for e in log['events']}
    for kind in 'IsForumToggled', 'ForumTopicCreated', 'ForumTopicToggleIsClosed', 'ForumTopicPinned', 'ForumTopicDeleted':
        expect(kind in kinds, 'the log has %s: %s' % (kind, kinds))
    expect_equal([(x['title'], bool(x.get('pinned'))) for x in r['topics']], [('Two', True), ('General', False)], 'for mtcute, too')
    expect_clean_logs(a, b, m)


async def test_old_layer(stage):
    """Pyrogram, whose layer names topics' methods channels.*: comments, and a forum beside TDLib."""
    a, b, t, m = await people_of(stage)
    p = await stage.person('pyrogram', 'Pyro')
    await stage.acquaint(a, p)
    forum, channel, group = await new_room(a, 'Old forum'), await new_room(a, 'Old news', is_channel=True), await new_room(a, 'Old talk')
    await link(a, channel, group)
    await a.invoke(method='toggleSupergroupIsForum', args={'supergroup_id': channel_of(forum), 'is_forum': True, 'has_forum_tabs': False})
    for chat in forum, channel:
        await add_members(a, chat, p)
    await p.dialogs()
    u = await p.call('request', name='channels.CreateForumTopic', channel=forum, title='Pyro\'s', random_id=12345)
    topic = next(x['message']['id'] for x in u['updates'] if x['_'] == 'types.UpdateNewChannelMessage')
    r = await p.call('request', name='channels.GetForumTopics', channel=forum, offset_date=0, offset_id=0, offset_topic=0, limit=10)
    expect_equal([(x['id'], x['title'], bool(x.get('my'))) for x in r['topics']], [(topic, 'Pyro\'s', True), (1, 'General', False)], 'topics')
    await say(a, forum, 'to Pyro', topic_id={'@type': 'messageTopicForum', 'forum_topic_id': topic})
    await p.wait_text('to Pyro', since=0)
    page = {'offset_id': 0, 'offset_date': 0, 'add_offset': 0, 'limit': 10, 'max_id': 0, 'min_id': 0, 'hash': 0}
    r = await p.call('request', name='messages.GetReplies', channel=forum, msg_id=topic, **page)
    expect_equal(texts(r), ['to Pyro'], 'what is in it')
    await p.call('request', name='channels.EditForumTopic', channel=forum, topic_id=topic, title='Renamed')
    await until('TDLib sees its new name', lambda: topics_of(a, forum), lambda v: 'Renamed' in v)
    post = await say(a, channel, 'old news')
    await p.wait_text('old news', since=0)
    d = await p.call('request', name='messages.GetDiscussionMessage', channel=channel, msg_id=post)
    expect_equal((d['messages'][0]['message'], d['unread_count']), ('old news', 0), 'Pyrogram finds the comments')
    await say(a, group, 'first', topic_id={'@type': 'messageTopicThread', 'message_thread_id': d['messages'][0]['id'] * SERVER})
    r = await p.call('request', name='messages.GetReplies', channel=channel, msg_id=post, **page)
    expect_equal(texts(r), ['first'], 'and reads them')
    expect_clean_logs(a)


async def test_as_one_chat(stage):
    """A forum from its first moment on; its owner looks at it as one chat, and as topics again."""
    a = (await people_of(stage))[0]
    forum = await new_room(a, 'Forum', is_forum=True)
    group = await a.invoke(method='getSupergroup', args={'supergroup_id': channel_of(forum)})
    expect_equal((group['is_forum'], group['is_channel']), (True, False), 'what it is')
    for topics in False, True:
        await a.invoke(method='toggleChatViewAsTopics', args={'chat_id': forum, 'view_as_topics': topics})
        await until('how he looks at it', lambda: a.invoke(method='getChat', args={'chat_id': forum}), lambda c: c['view_as_topics'] is topics)
    expect_clean_logs(a)
