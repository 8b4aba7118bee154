"""What is sent later: TDLib, Telethon and mtcute schedule in private chats, to themselves and in a channel; the server dies in between."""
import asyncio
import json
import time

from harness import add_members, expect, expect_clean_logs, expect_equal, new_room, refused, until


async def start(stage):
    a, t, m = stage.people = [await stage.person(n) for n in ('tdlib', 'telethon', 'mtcute')]
    await stage.acquaint(a, t, m)
    return a, t, m


def at(date):
    return {'@type': 'messageSchedulingStateSendAtDate', 'send_date': date, 'repeat_period': 0}


def text(words):
    return {'@type': 'inputMessageText', 'text': {'@type': 'formattedText', 'text': words, 'entities': []}}


async def td_later(td, chat, words, when):
    """TDLib schedules it, and has the server's word for it: its id."""
    await td.invoke(method='sendMessage', args={'chat_id': chat, 'input_message_content': text(words),
                                                'options': {'@type': 'messageSendOptions', 'scheduling_state': when}})
    rows = await until('TDLib has it on its list', lambda: td_list(td, chat),
                       lambda v: any(m['content']['text']['text'] == words and not m.get('sending_state') for m in v))
    return next(m['id'] for m in rows if m['content']['text']['text'] == words)


async def td_list(td, chat):
    return (await td.invoke(method='getChatScheduledMessages', args={'chat_id': chat}))['messages']


def has(words, n=1):
    return lambda rows: sum(r['text'] == words for r in rows) == n


async def test_private(stage):
    """Scheduled, moved, edited, sent at once, deleted by TDLib; and what waits for its time comes by itself."""
    a, t, m = await start(stage)
    chat = t.me['id']
    await a.invoke(method='createPrivateChat', args={'user_id': chat, 'force': False})
    date = int(time.time()) + 14
    id = await td_later(a, chat, 'by itself', at(date))
    other = await td_later(a, chat, 'a word too much', at(date + 1000))
    third = await td_later(a, chat, 'no time to lose', at(date + 2000))
    expect_equal(await t.history(of=a.me['id'], limit=10), [], 'nobody else sees it')
    await a.invoke(method='editMessageText', args={'chat_id': chat, 'message_id': third, 'input_message_content': text('in time')})
    await until('the words are others', lambda: td_list(a, chat), lambda v: any(r['content']['text']['text'] == 'in time' for r in v))
    await a.invoke(method='editMessageSchedulingState', args={'chat_id': chat, 'message_id': third, 'scheduling_state': None})
    await until('it came', lambda: t.history(of=a.me['id'], limit=10), has('in time'))
    rows = await until('it is off the list', lambda: td_list(a, chat), lambda v: len(v) == 2)
    await a.invoke(method='editMessageSchedulingState', args={'chat_id': chat, 'message_id': rows[0]['id'],
                                                              'scheduling_state': at(date + 3000)})
    rows = await until('it has another time', lambda: td_list(a, chat),
                       lambda v: len(v) == 2 and v[0]['scheduling_state']['send_date'] == date + 3000)
    await a.invoke(method='deleteMessages', args={'chat_id': chat, 'message_ids': [rows[0]['id']], 'revoke': True})
    await until('it is deleted', lambda: td_list(a, chat), lambda v: len(v) == 1)
    await until('the other came at its time', lambda: t.history(of=a.me['id'], limit=10), has('by itself'), timeout=40)
    expect(int(time.time()) >= date, 'not before')
    await until('nothing waits', lambda: td_list(a, chat), [])
    expect_equal(len([r for r in await t.history(of=a.me['id'], limit=10) if 'too much' in r['text']]), 0, 'what was deleted')
    expect(len({id, other, third}) == 3, 'each has an id of its own')
    # As soon as he is there.
    await t.call('call', text='account.UpdateStatusRequest(offline=True)')
    await until('TDLib sees him gone', lambda: a.invoke(method='getUser', args={'user_id': chat}),
                lambda u: u['status']['@type'] == 'userStatusOffline')
    await td_later(a, chat, 'good morning', {'@type': 'messageSchedulingStateSendWhenOnline'})
    expect_equal([r for r in await t.history(of=a.me['id'], limit=10) if 'morning' in r['text']], [], 'he is not there')
    await t.call('call', text='account.UpdateStatusRequest(offline=False)')
    await until('it is the first that he hears', lambda: t.history(of=a.me['id'], limit=10), has('good morning'))
    await until('and nothing waits', lambda: td_list(a, chat), [])
    expect_clean_logs(a, m)


async def test_repeated(stage):
    """What TDLib says every day waits again as it is sent."""
    a, t, m = stage.people
    chat, date = t.me['id'], int(time.time()) + 3000
    id = await td_later(a, chat, 'good night', {**at(date), 'repeat_period': 86400})
    await a.invoke(method='editMessageSchedulingState', args={'chat_id': chat, 'message_id': id, 'scheduling_state': None})
    await until('it came', lambda: t.history(of=a.me['id'], limit=10), has('good night'))
    rows = await until('it waits for tomorrow', lambda: td_list(a, chat),
                       lambda v: len(v) == 1 and v[0]['scheduling_state'].get('send_date') == date + 86400)
    expect_equal(rows[0]['scheduling_state']['repeat_period'], 86400, 'and comes again')
    await a.invoke(method='deleteMessages', args={'chat_id': chat, 'message_ids': [rows[0]['id']], 'revoke': True})
    await until('nothing waits', lambda: td_list(a, chat), [])
    expect_clean_logs(a)


async def test_repeated_poll(stage):
    """What TDLib asks every day is another poll each time, open for as long as the first."""
    a, t, m = stage.people
    chat = await new_room(a, 'Every day')
    words = lambda s: {'@type': 'formattedText', 'text': s, 'entities': []}
    poll = {'@type': 'inputMessagePoll', 'question': words('Tea?'), 'is_anonymous': False, 'open_period': 300, 'allows_revoting': True,
            'options': [{'@type': 'inputPollOption', 'text': words(s)} for s in ('yes', 'no')], 'type': {'@type': 'inputPollTypeRegular'}}
    date, polls = int(time.time()) + 3000, []
    await a.invoke(method='sendMessage', args={'chat_id': chat, 'input_message_content': poll, 'options': {
        '@type': 'messageSendOptions', 'scheduling_state': {**at(date), 'repeat_period': 86400}}})
    for i in range(2):
        rows = await until('it waits', lambda: td_list(a, chat), lambda v: (
            len(v) == 1 and not v[0].get('sending_state') and v[0]['scheduling_state'].get('send_date') == date + i * 86400))
        await a.invoke(method='editMessageSchedulingState', args={'chat_id': chat, 'message_id': rows[0]['id'], 'scheduling_state': None})
        v = await until('it came', lambda: a.invoke(method='getChatHistory', args={
            'chat_id': chat, 'from_message_id': 0, 'offset': 0, 'limit': 10, 'only_local': False}),
            lambda v: sum(r['content']['@type'] == 'messagePoll' for r in v['messages']) == i + 1)
        polls.append(v['messages'][0]['content']['poll'])
        await a.vote(to=chat, id=v['messages'][0]['id'] >> 20, options=[0])
    expect(polls[0]['id'] != polls[1]['id'], 'another poll')
    for p in polls:
        expect(not p['is_closed'] and p['open_period'] == 300 and abs(p['close_date'] - time.time() - 300) < 30 and not p['total_voter_count'],
               'open, for five minutes: %r' % p)
    rows = await until('it waits for the day after', lambda: td_list(a, chat), lambda v: len(v) == 1)
    await a.invoke(method='deleteMessages', args={'chat_id': chat, 'message_ids': [rows[0]['id']], 'revoke': True})
    expect_clean_logs(a)


async def test_reminder(stage):
    """To oneself; Telethon sees what mtcute is about to say to nobody else."""
    a, t, m = stage.people
    me = a.me['id']
    await a.invoke(method='createPrivateChat', args={'user_id': me, 'force': False})
    await td_later(a, me, 'buy milk', at(int(time.time()) + 13))
    # Telethon: a list of its own, by the library's own words.
    soon = int(time.time()) + 3
    await t.call('call', text='messages.SendMessageRequest(peer=InputPeerSelf(), message="call home", schedule_date=%d)' % soon)
    rows = (await t.call('call', text='messages.GetScheduledHistoryRequest(peer=InputPeerSelf(), hash=0)'))['messages']
    expect_equal([r['message'] for r in rows], ['call home'], 'what Telethon has to do')
    await until('Telethon is reminded', lambda: t.history(of=t.me['id'], limit=5), has('call home'))
    await refused('SCHEDULE_DATE_TOO_LATE', t.call(
        'call', text='messages.SendMessageRequest(peer=InputPeerSelf(), message="x", schedule_date=%d)' % (time.time() + 400 * 86400)))
    await until('TDLib is reminded', lambda: a.history(of=me, limit=5), has('buy milk'), timeout=30)
    # mtcute, to TDLib.
    await m.invoke(method='sendText', args=[me, 'from mtcute', {'schedule': (int(time.time()) + 3) * 1000}])
    waits = await m.request(name='messages.getScheduledHistory', peer=me)
    expect_equal([r['message'] for r in waits['messages']], ['from mtcute'], 'what mtcute has said later')
    await until('what mtcute said later', lambda: a.history(of=m.me['id'], limit=5), has('from mtcute'))
    expect_clean_logs(a, m)


async def test_channel(stage):
    """Admins share what waits in a channel."""
    a, t, m = stage.people
    chat = await new_room(a, 'The paper', t, m, is_channel=True)
    admin = {'@type': 'chatMemberStatusAdministrator', 'can_be_edited': True, 'custom_title': '',
             'rights': {'@type': 'chatAdministratorRights', 'can_manage_chat': True, 'can_post_messages': True}}
    await a.invoke(method='setChatMemberStatus', args={'chat_id': chat, 'status': admin,
                                                       'member_id': {'@type': 'messageSenderUser', 'user_id': t.me['id']}})
    await td_later(a, chat, 'tomorrow', at(int(time.time()) + 86400))
    rows = (await t.call('call', text='messages.GetScheduledHistoryRequest(peer=%d, hash=0)' % chat))['messages']
    expect_equal([r['message'] for r in rows], ['tomorrow'], 'the other admin sees it')
    await t.call('call', text='messages.SendScheduledMessagesRequest(peer=%d, id=[%d])' % (chat, rows[0]['id']))
    await until('TDLib has nothing on its list', lambda: td_list(a, chat), [])
    await until('a reader has it', lambda: m.history(of=chat, limit=5), has('tomorrow'))
    await until('its writer, too', lambda: a.history(of=chat, limit=5), has('tomorrow'))
    expect_clean_logs(a, m)


async def test_kill(stage):
    """The server dies with work to do, again and again: each message comes once."""
    a, t, m = stage.people
    soon = int(time.time()) + 4
    words = ['number %d' % i for i in range(12)]
    for i, w in enumerate(words):
        await t.call('call', text='messages.SendMessageRequest(peer=%d, message=%r, schedule_date=%d)' % (m.me['id'], w, soon + i // 4))
    for _ in range(4):
        await stage.server.kill()
        await stage.server.start()
        await asyncio.sleep(1.3)
    rows = await until('all of them came', lambda: m.history(of=t.me['id'], limit=50),
                       lambda v: sorted(r['text'] for r in v if r['text'] in words) == sorted(words), timeout=40)
    await asyncio.sleep(1)
    rows = await m.history(of=t.me['id'], limit=50)
    expect_equal([r['text'] for r in reversed(rows) if r['text'] in words], words, 'each once, in order')


def sums(graph):
    """What the lines of a graph come to, as TDLib hands them on."""
    if graph['@type'] != 'statisticalGraphData':
        return graph['@type']
    g = json.loads(graph['json_data'])
    return {g['names'][line[0]]: sum(line[1:]) for line in g['columns'][1:]}


async def test_statistics(stage):
    """TDLib and Telethon read what was counted of a channel, a post and a supergroup; others do not."""
    a, t, m = stage.people
    chat = await new_room(a, 'The daily', t, m, is_channel=True)
    id = (await a.send(to=chat, text='read all about it'))['id']
    await until('it came', lambda: t.history(of=chat, limit=5), has('read all about it'))
    await t.call('call', text='messages.GetMessagesViewsRequest(peer=%d, id=[%d], increment=True)' % (chat, id))
    await t.call('call', text='messages.ForwardMessagesRequest(from_peer=%d, id=[%d], to_peer="me", random_id=[17])' % (chat, id))
    full = await until('TDLib may see statistics', lambda: a.invoke(method='getSupergroupFullInfo', args={'supergroup_id': -chat - 10 ** 12}),
                       lambda f: f['can_get_statistics'])
    expect(full['member_count'] == 3, 'members')
    stats = await a.invoke(method='getChatStatistics', args={'chat_id': chat, 'is_dark': False})
    expect_equal(stats['@type'], 'chatStatisticsChannel', 'what TDLib makes of it')
    expect_equal(stats['member_count']['value'], 3, 'members now')
    expect_equal(stats['mean_message_share_count']['value'] > 0, True, 'posts were shared')
    expect_equal(stats['join_graph']['@type'], 'statisticalGraphData', 'who came')
    expect_equal(stats['instant_view_interaction_graph']['@type'], 'statisticalGraphError', 'what nobody knows')
    # The view came with the next round.
    seen = {'Subscribers': 1, 'Others': 0, 'Groups': 0, 'PM': 0}
    await until('where it was seen', lambda: a.invoke(method='getChatStatistics', args={'chat_id': chat, 'is_dark': False}),
                lambda s: sums(s['view_count_by_source_graph']) == seen, 40)
    stats = await a.invoke(method='getChatStatistics', args={'chat_id': chat, 'is_dark': False})
    expect_equal(sums(stats['language_graph']), {'English': 1}, 'the language that Telethon names')
    expect_equal(sums(stats['join_by_source_graph']), {'By themselves': 0, 'Added by others': 2, 'Invite links': 0, 'Join requests': 0}, 'how they came')
    zoom = stats['message_interaction_graph']['zoom_token']
    hours = await a.invoke(method='getStatisticalGraph', args={'chat_id': chat, 'token': zoom, 'x': stats['period']['end_date'] * 1000})
    expect_equal(hours['@type'], 'statisticalGraphData', 'one day, by hour')
    link = await a.invoke(method='getChatHistory', args={'chat_id': chat, 'from_message_id': 0, 'offset': 0, 'limit': 1, 'only_local': False})
    post = link['messages'][0]['id']
    await a.invoke(method='getMessageStatistics', args={'chat_id': chat, 'message_id': post, 'is_dark': False})
    await a.invoke(method='getMessagePublicForwards', args={'chat_id': chat, 'message_id': post, 'offset': '', 'limit': 10})
    await refused('CHAT_ADMIN_REQUIRED', t.call('call', text='stats.GetBroadcastStatsRequest(channel=%d)' % chat))
    chat = await new_room(a, 'The readers')
    await asyncio.sleep(1.1)  # what was written in the second in which he came he need not have read
    await add_members(a, chat, t, m)
    await until('it is in his list', t.dialogs, lambda v: any(d['peer'] == chat for d in v))
    await a.invoke(method='getSupergroupFullInfo', args={'supergroup_id': -chat - 10 ** 12})
    await t.send(to=chat, text='hello')
    id = (await a.send(to=chat, text='hello you'))['id']
    await until('it came', lambda: t.history(of=chat, limit=5), has('hello you'))
    await t.read(to=chat, up_to=id)
    stats = await a.invoke(method='getChatStatistics', args={'chat_id': chat, 'is_dark': False})
    expect_equal(stats['@type'], 'chatStatisticsSupergroup', 'what TDLib makes of it')
    expect_equal(sums(stats['action_graph']), {'Viewing members': 1, 'Posting members': 2}, 'who reads and writes')
    expect_equal(stats['viewer_count']['value'], 1, 'who read')
    expect_equal(sorted(s['user_id'] for s in stats['top_senders']), sorted([a.me['id'], t.me['id']]), 'who wrote')
    expect_equal([s['added_member_count'] for s in stats['top_inviters']], [2], 'who brought them')
    expect_clean_logs(a, m)


async def test_rare(stage):
    """What a double tap means; similar channels; channels that were left; topics that are silent; views as they come."""
    a, t, m = stage.people
    await a.invoke(method='setDefaultReactionType', args={'reaction_type': {'@type': 'reactionTypeEmoji', 'emoji': '\U0001f525'}})
    config = await t.call('call', text='help.GetConfigRequest()')
    expect_equal(config['reactions_default'], None, 'his own is another')
    chat = await new_room(a, 'The weekly', t, m, is_channel=True)
    similar = await a.invoke(method='getChatSimilarChats', args={'chat_id': chat})
    expect_equal(similar['chat_ids'], [], 'too few read anything else')
    id = (await a.send(to=chat, text='count me'))['id']
    await until('it came', lambda: t.history(of=chat, limit=5), has('count me'))
    for other in (t, m):
        await until('he sees it', lambda: other.history(of=chat, limit=5), has('count me'))
    await t.call('call', text='messages.GetMessagesViewsRequest(peer=%d, id=[%d], increment=True)' % (chat, id))
    await m.request(name='messages.getMessagesViews', peer=chat, fields={'id': [id], 'increment': True})
    rows = await a.invoke(method='getChatHistory', args={'chat_id': chat, 'from_message_id': 0, 'offset': 0, 'limit': 1, 'only_local': True})
    await until('TDLib hears of it', lambda: a.invoke(method='getMessageLocally', args={'chat_id': chat, 'message_id': rows['messages'][0]['id']}),
                lambda r: r['interaction_info']['view_count'] >= 2, timeout=40)
    await t.call('call', text='channels.LeaveChannelRequest(channel=%d)' % chat)
    await refused('TAKEOUT', t.call('call', text='channels.GetLeftChannelsRequest(0)'))
    left = await t.call('call', text='InvokeWithTakeoutRequest(7, channels.GetLeftChannelsRequest(0))')
    expect_equal([c['id'] for c in left['chats']], [-chat - 10 ** 12], 'what he has left')
    # A forum with a topic that TDLib does not want to hear of.
    forum = await new_room(a, 'Talk')
    await a.invoke(method='toggleSupergroupIsForum', args={'supergroup_id': -forum - 10 ** 12, 'is_forum': True, 'has_forum_tabs': False})
    topic = await a.invoke(method='createForumTopic', args={'chat_id': forum, 'name': 'Noise', 'is_name_implicit': False, 'icon': {
        '@type': 'forumTopicIcon', 'color': 0x6fb9f0, 'custom_emoji_id': '0'}})
    where = {'chat_id': forum, 'forum_topic_id': topic['forum_topic_id']}
    await a.invoke(method='getForumTopics', args={'chat_id': forum, 'query': '', 'offset_date': 0, 'offset_message_id': 0,
                                                  'offset_forum_topic_id': 0, 'limit': 100})
    await a.invoke(method='setForumTopicNotificationSettings', args={**where, 'notification_settings': {
        '@type': 'chatNotificationSettings', 'use_default_mute_for': False, 'mute_for': 4000000}})
    await until('the topic is silent', lambda: a.invoke(method='getForumTopic', args=where),
                lambda o: o['notification_settings']['mute_for'] > 1000000)
    expect_clean_logs(a, m)


async def test_voice(stage):
    """A voice in a supergroup is new until one listens; and its writer sees that somebody has."""
    a, t, m = stage.people
    chat = await new_room(a, 'The choir', t, m)
    await a.invoke(method='getSupergroupFullInfo', args={'supergroup_id': -chat - 10 ** 12})
    path = stage.dir / 'voice.ogg'
    path.write_bytes(bytes(range(200)) * 10)
    id = (await t.send_media(to=chat, kind='voice', path=str(path), duration=3))['id']

    async def row():
        return (await a.invoke(method='getChatHistory', args={'chat_id': chat, 'from_message_id': 0, 'offset': 0, 'limit': 1,
                                                              'only_local': False}))['messages'][0]

    async def new_to_writer():
        return (await t.call('call', text='channels.GetMessagesRequest(channel=%d, id=[InputMessageID(%d)])' % (chat, id)))[
            'messages'][0]['media_unread']
    seen = await until('TDLib has it', row, lambda r: r['content']['@type'] == 'messageVoiceNote')
    expect_equal(seen['content']['is_listened'], False, 'it is new')
    expect_equal(await new_to_writer(), True, 'nobody has listened')
    await a.invoke(method='openMessageContent', args={'chat_id': chat, 'message_id': seen['id']})
    await until('its writer sees it', new_to_writer, False)
    expect_equal((await row())['content']['is_listened'], True, 'it is not new any more')
    expect_clean_logs(a, m)
