"""Who is in a channel or supergroup and what he may: TDLib as its owner and as a member, Telethon and mtcute with it."""
from harness import add_members, admin, expect, expect_clean_logs, expect_equal, new_room, refused, until

BASE = 1000000000000


def channel_of(chat):
    """The id in the API of a TDLib chat."""
    return -chat - BASE


async def room(stage, is_channel=False):
    """TDLib's owner makes one: (owner, member with TDLib, Telethon, mtcute, chat)."""
    people = [await stage.person(n, f) for n, f in (('tdlib', 'Owner'), ('tdlib', 'Member'), ('telethon', 'Ten'), ('mtcute', 'Cute'))]
    await stage.acquaint(*people)
    return (*people, await new_room(people[0], 'The room', is_channel=is_channel, description='of all'))


async def status(who, chat, of=None):
    """ChatMemberStatus as this TDLib sees it."""
    sender = {'@type': 'messageSenderUser', 'user_id': (of or who).me['id']}
    m = await who.invoke(method='getChatMember', args={'chat_id': chat, 'member_id': sender})
    return m['status']['@type'].removeprefix('chatMemberStatus')


async def set_status(by, chat, of, **status):
    sender = {'@type': 'messageSenderUser', 'user_id': of.me['id']}
    await by.invoke(method='setChatMemberStatus', args={'chat_id': chat, 'member_id': sender, 'status': status})


async def full(who, chat):
    return await who.invoke(method='getSupergroupFullInfo', args={'supergroup_id': channel_of(chat)})


async def group_of(who, chat):
    return await who.invoke(method='getSupergroup', args={'supergroup_id': channel_of(chat)})


async def titles(who):
    await who.dialogs()
    chats = await who.invoke(method='getChats', args={'limit': 100})
    return [(await who.invoke(method='getChat', args={'chat_id': c}))['title'] for c in chats['chat_ids']]


async def say(who, chat, text):
    """Telethon writes into a channel; it knows the access hash from what it was told."""
    dialogs = await who.call('call', text="messages.GetDialogsRequest(None, 0, InputPeerEmpty(), 100, 0)")
    hash = next(c['access_hash'] for c in dialogs['chats'] if c['id'] == channel_of(chat))
    return await who.call('call', text="messages.SendMessageRequest(InputPeerChannel(%d, %d), %r)" % (channel_of(chat), hash, text))


async def test_invite_and_join(stage):
    """By invitation, by a link, by a request; the service messages; how many there are, for each."""
    a, b, t, m, chat = await room(stage)
    stage.room = a, b, t, m, chat
    await add_members(a, chat, b)
    await until('it is in his list', lambda: titles(b), lambda v: 'The room' in v)
    expect_equal(await status(b, chat), 'Member', 'who was invited is a member')
    link = await a.invoke(method='createChatInviteLink', args={'chat_id': chat, 'name': 'door', 'member_limit': 5})
    info = await b.invoke(method='checkChatInviteLink', args={'invite_link': link['invite_link']})
    expect_equal(info['chat_id'], chat, 'a member who follows the link is told where he is')
    hash = link['invite_link'].split('+')[1]
    seen = await t.call('call', text="messages.CheckChatInviteRequest(%r)" % hash)
    expect_equal((seen['_'], seen['title'], seen['participants_count']), ('ChatInvite', 'The room', 2), 'a preview')
    mark = a.mark()
    await t.call('call', text="messages.ImportChatInviteRequest(%r)" % hash)
    await a.wait('new', lambda e: e['message']['peer'] == chat and e['message']['service'], mark)
    asked = await a.invoke(method='createChatInviteLink', args={'chat_id': chat, 'name': 'ask', 'creates_join_request': True})
    await m.invoke(method='joinChat', args=[asked['invite_link']])  # which takes INVITE_REQUEST_SENT for an answer
    await until('the owner hears who waits', lambda: a.invoke(method='getChat', args={'chat_id': chat}),
                lambda c: (c.get('pending_join_requests') or {}).get('total_count') == 1)
    waiting = await a.invoke(method='getChatJoinRequests', args={'chat_id': chat, 'invite_link': '', 'query': '', 'limit': 10})
    expect_equal([r['user_id'] for r in waiting['requests']], [m.me['id']], 'who waits')
    await a.invoke(method='processChatJoinRequest', args={'chat_id': chat, 'user_id': m.me['id'], 'approve': True})
    await until('he is in', lambda: status(a, chat, m), 'Member')
    f = await until('all are counted', lambda: full(a, chat), lambda f: f['member_count'] == 4)
    expect_equal(f['description'], 'of all', 'the description')
    links = await a.invoke(method='getChatInviteLinkMembers',
                           args={'chat_id': chat, 'invite_link': link['invite_link'], 'limit': 10})
    expect_equal([x['user_id'] for x in links['members']], [t.me['id']], 'who came by the first link')
    found = await a.invoke(method='searchChatMembers', args={'chat_id': chat, 'query': '', 'limit': 100})
    expect_equal(found['total_count'], 4, 'all are listed')
    found = await b.invoke(method='searchChatMembers', args={'chat_id': chat, 'query': 'cut', 'limit': 100})
    expect_equal([x['member_id']['user_id'] for x in found['members']], [m.me['id']], 'one is found by his name')
    expect_clean_logs(a, b, m)


async def test_old_channel(stage):
    """Who comes to a channel with a past, or comes back, has nothing unread; of a hidden past he is shown nothing, not even on top."""
    a, b, t = [await stage.person(n, f) for n, f in (('tdlib', 'Keeper'), ('tdlib', 'Late'), ('telethon', 'Later'))]
    await stage.acquaint(a, b, t)
    for is_channel in True, False:
        chat = await new_room(a, 'Old %d' % is_channel, is_channel=is_channel)
        for i in range(5):
            await a.send(to=chat, text='past %d' % i)
        link = await a.invoke(method='createChatInviteLink', args={'chat_id': chat, 'name': 'x'})

        async def marks(p):
            return next(((d['unread'], d['top']) for d in await p.dialogs() if d['peer'] == chat), (None, 0))
        for _ in range(2):
            await t.call('call', text="messages.ImportChatInviteRequest(%r)" % link['invite_link'].split('+')[1])
            await b.invoke(method='joinChatByInviteLink', args={'invite_link': link['invite_link']})
            for p in t, b:  # a group tells who came by itself: of the others' coming at most
                await until('nothing of the past is unread', lambda: marks(p), lambda v: v[0] is not None and v[0] <= (0 if is_channel else 1))
            mark = t.mark()
            await a.send(to=chat, text='now')
            await t.wait_text('now', since=mark)
            await until('one more is', lambda: marks(t), lambda v: v[0] is not None and 1 <= v[0] <= (1 if is_channel else 2))
            await b.invoke(method='leaveChat', args={'chat_id': chat})
            await set_status(a, chat, t, **{'@type': 'chatMemberStatusLeft'})
            await a.send(to=chat, text='without them')
    await a.invoke(method='toggleSupergroupIsAllHistoryAvailable', args={'supergroup_id': channel_of(chat), 'is_all_history_available': False})
    await t.call('call', text="messages.ImportChatInviteRequest(%r)" % link['invite_link'].split('+')[1])
    await until('the past is hidden', lambda: t.history(of=chat), lambda v: v and not any(x['text'] for x in v))
    shown = await t.call('call', text="messages.GetDialogsRequest(None, 0, InputPeerEmpty(), 100, 0)")
    expect(not any(x.get('message') in ('past 4', 'without them') for x in shown['messages']), 'nor is it on top')
    expect_clean_logs(a, b)


async def test_rights(stage):
    """Promoted, limited to what he was given; restricted, thrown out, let in again. What each hears."""
    a, b, t, m, chat = stage.room
    rights = {'@type': 'chatAdministratorRights', 'can_restrict_members': True, 'can_delete_messages': True}
    await set_status(a, chat, b, **{'@type': 'chatMemberStatusAdministrator', 'custom_title': 'boss', 'rights': rights})
    await until('he is told', lambda: group_of(b, chat), lambda g: g['status']['@type'] == 'chatMemberStatusAdministrator')
    found = await b.invoke(method='getChatAdministrators', args={'chat_id': chat})
    expect_equal(sorted(x['user_id'] for x in found['administrators']), sorted([a.me['id'], b.me['id']]), 'the admins')
    no = {'@type': 'chatPermissions'}
    await set_status(b, chat, t, **{'@type': 'chatMemberStatusRestricted', 'is_member': True, 'restricted_until_date': 0,
                                    'permissions': no})
    await refused('FORBIDDEN', say(t, chat, 'may I?'))
    expect_equal(await status(a, chat, t), 'Restricted', 'he is restricted')
    await set_status(b, chat, t, **{'@type': 'chatMemberStatusMember'})
    await say(t, chat, 'thank you')
    await a.wait_text('thank you', since=0)
    mark = a.mark()
    await set_status(b, chat, m, **{'@type': 'chatMemberStatusBanned', 'banned_until_date': 0})
    await a.wait('new', lambda e: e['message']['peer'] == chat and e['message']['service'], mark)
    expect_equal(await status(a, chat, m), 'Banned', 'he is out')
    expect_equal((await until('counted', lambda: full(a, chat), lambda f: f['banned_count'] == 1))['member_count'], 3, 'and fewer')
    await set_status(b, chat, m, **{'@type': 'chatMemberStatusLeft'})
    await add_members(a, chat, m)
    expect_equal(await status(a, chat, m), 'Member', 'and in again')
    # The TDLib member loses what he had, then his place.
    await set_status(a, chat, b, **{'@type': 'chatMemberStatusMember'})
    await until('he is told', lambda: group_of(b, chat), lambda g: g['status']['@type'] == 'chatMemberStatusMember')
    log = await a.invoke(method='getChatEventLog', args={'chat_id': chat, 'query': '', 'from_event_id': 0, 'limit': 50})
    kinds = {e['action']['@type'].removeprefix('chatEvent') for e in log['events']}
    for kind in ('MemberPromoted', 'MemberRestricted', 'MemberInvited', 'MemberJoinedByInviteLink', 'MemberJoinedByRequest'):
        expect(kind in kinds, 'the log has %s: %s' % (kind, kinds))
    await set_status(a, chat, b, **{'@type': 'chatMemberStatusBanned', 'banned_until_date': 0})
    await until('he is told', lambda: group_of(b, chat), lambda g: g['status']['@type'] == 'chatMemberStatusBanned')
    mark = b.mark()
    await say(t, chat, 'after he was thrown out')
    await a.wait_text('after he was thrown out', since=0)
    expect(not any(e['event'] == 'new' for e in b.events[mark:]), 'who was thrown out hears nothing')
    expect_clean_logs(a, b, m)


async def test_settings(stage):
    """Title, description, permissions, slow mode, a public name; each is seen by the others."""
    a, b, t, m, chat = await room(stage)
    stage.room = a, b, t, m, chat
    await add_members(a, chat, b, t)
    await until('he is in', lambda: titles(b), lambda v: 'The room' in v)
    await a.invoke(method='setChatTitle', args={'chat_id': chat, 'title': 'Another room'})
    await until('the title is seen', lambda: b.invoke(method='getChat', args={'chat_id': chat}), lambda c: c['title'] == 'Another room')
    await a.invoke(method='setChatDescription', args={'chat_id': chat, 'description': 'new words'})
    await until('the description is seen', lambda: full(b, chat), lambda f: f['description'] == 'new words')
    may = {'@type': 'chatPermissions', 'can_send_basic_messages': True}
    await a.invoke(method='setChatPermissions', args={'chat_id': chat, 'permissions': may})
    await until('permissions are seen', lambda: b.invoke(method='getChat', args={'chat_id': chat}),
                lambda c: c['permissions']['can_send_basic_messages'] and not c['permissions']['can_send_photos'])
    await a.invoke(method='setChatSlowModeDelay', args={'chat_id': chat, 'slow_mode_delay': 30})
    await until('slow mode is seen', lambda: full(b, chat), lambda f: f['slow_mode_delay'] == 30)
    await a.invoke(method='toggleChatHasProtectedContent', args={'chat_id': chat, 'has_protected_content': True})
    await until('it is protected', lambda: b.invoke(method='getChat', args={'chat_id': chat}), lambda c: c['has_protected_content'])
    await a.invoke(method='setSupergroupUsername', args={'supergroup_id': channel_of(chat), 'username': 'the_room_of_all'})
    found = await b.invoke(method='searchPublicChat', args={'username': 'the_room_of_all'})
    expect_equal(found['id'], chat, 'it is found by its name')
    await m.invoke(method='joinChat', args=['the_room_of_all'])
    await until('everybody may come', lambda: status(a, chat, m), 'Member')
    expect_clean_logs(a, b, m)


async def test_leave_and_close(stage):
    """Whoever leaves hears no more; when it is closed it is gone for all, and its name waits."""
    a, b, t, m, chat = stage.room
    await b.invoke(method='leaveChat', args={'chat_id': chat})
    await until('he is counted no more', lambda: full(a, chat), lambda f: f['member_count'] == 3)
    await b.invoke(method='joinChat', args={'chat_id': chat})
    await until('he is back', lambda: status(a, chat, b), 'Member')
    await a.invoke(method='deleteChat', args={'chat_id': chat})
    await until('it is gone', lambda: group_of(b, chat), lambda g: g['status']['@type'] in ('chatMemberStatusBanned', 'chatMemberStatusLeft'))
    await refused('CHANNEL_PRIVATE', m.invoke(method='getFullChat', args=[chat]))
    jobs = (await admin(stage, 'jobs', 'list'))['rows']
    expect_equal([j['owner'] for j in jobs if j['kind'] == 'channel-close'], [chat], 'the operator sees it go')
    await refused('USERNAME_NOT_OCCUPIED', t.call('call', text="contacts.ResolveUsernameRequest('the_room_of_all')"))
    expect_clean_logs(a, b)  # mtcute asks for the difference of what is closed, and warns of the answer


async def test_channel(stage):
    """A broadcast channel: subscribers, an admin who posts, statistics of members for admins alone."""
    a, b, t, m, chat = await room(stage, is_channel=True)
    await add_members(a, chat, b)
    link = await a.invoke(method='replacePrimaryChatInviteLink', args={'chat_id': chat})
    await t.call('call', text="messages.ImportChatInviteRequest(%r)" % link['invite_link'].split('+')[1])
    await m.invoke(method='joinChat', args=[link['invite_link']])
    await until('all are counted', lambda: full(a, chat), lambda f: f['member_count'] == 4)
    expect_equal((await full(b, chat))['can_get_members'], False, 'subscribers are shown to admins alone')
    content = {'@type': 'inputMessageText', 'text': {'@type': 'formattedText', 'text': 'first post'}}
    mark = b.mark()
    await a.invoke(method='sendMessage', args={'chat_id': chat, 'input_message_content': content})
    await b.wait_text('first post', since=mark)
    rights = {'@type': 'chatAdministratorRights', 'can_post_messages': True, 'can_edit_messages': True}
    await set_status(a, chat, b, **{'@type': 'chatMemberStatusAdministrator', 'rights': rights})
    await until('he is told', lambda: group_of(b, chat), lambda g: g['status']['@type'] == 'chatMemberStatusAdministrator')
    content['text']['text'] = 'by the admin'
    await b.invoke(method='sendMessage', args={'chat_id': chat, 'input_message_content': content})
    await a.wait_text('by the admin', since=0)
    await a.invoke(method='deleteChat', args={'chat_id': chat})
    await until('it is gone', lambda: group_of(b, chat), lambda g: g['status']['@type'] in ('chatMemberStatusBanned', 'chatMemberStatusLeft'))
    expect_clean_logs(a, b)
