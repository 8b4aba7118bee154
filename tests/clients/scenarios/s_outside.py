"""Public groups and channels: GramJS comes in by a name, and TDLib looks on from outside, told of posts as long as it looks."""
from harness import expect, expect_clean_logs, expect_equal, refused, until

BASE = 10**12


async def public(stage, owner, kind, name):
    """Telethon's owner makes it: (the chat's id, InputChannel, InputPeerChannel)."""
    made = await owner.call('call', text="channels.CreateChannelRequest('Public', 'to all', %s=True)" % kind)
    id, hash = made['chats'][0]['id'], made['chats'][0]['access_hash']
    await owner.call('call', text="channels.UpdateUsernameRequest(InputChannel(%d, %d), '%s')" % (id, hash, name))
    return -BASE - id, 'InputChannel(%d, %d)' % (id, hash), 'InputPeerChannel(%d, %d)' % (id, hash)


async def test_gramjs(stage):
    """It joins a group by its name, writes, hears, reads what was said, sees edits and deletions, and leaves."""
    owner = stage.owner = await stage.person('telethon', 'Owner')
    g, m = stage.gram, stage.cute = await stage.person('gramjs', 'Gram'), await stage.person('mtcute', 'Cute')
    chat, channel, peer = await public(stage, owner, 'megagroup', 'public_group')
    await owner.call('call', text="messages.SendMessageRequest(%s, 'before you came')" % peer)
    await m.invoke(method='joinChat', args=['public_group'])
    await g.join(username='public_group')
    await until('it is in its list', g.dialogs, lambda v: any(d['peer'] == chat for d in v))
    expect('before you came' in [x['text'] for x in await g.history(of='public_group', limit=10)], 'what was said before')
    mark, since = g.mark(), m.mark()
    mine = await g.send(to='public_group', text='hello from GramJS')
    heard = await m.wait_text('hello from GramJS', since=since)
    expect_equal((heard['id'], heard['peer'], heard['out']), (mine['id'], chat, False), 'as mtcute hears it')
    theirs = await m.send(to=chat, text='hello from mtcute')
    heard = await g.wait_text('hello from mtcute', since=mark)
    expect_equal((heard['id'], heard['peer'], heard['out']), (theirs['id'], chat, False), 'as GramJS hears it')
    await m.edit(to=chat, id=theirs['id'], text='hello, mended')
    await g.wait_text('hello, mended', kind='edit', since=mark)
    await m.delete(to=chat, ids=[theirs['id']])
    await g.wait('delete', lambda e: e['peer'] == chat and theirs['id'] in e['ids'], since=mark)
    since = m.mark()
    await g.edit(to='public_group', id=mine['id'], text='hello, too')
    await m.wait_text('hello, too', kind='edit', since=since)
    here, there = await g.history(of='public_group'), await m.history(of=chat)
    expect_equal([(x['id'], x['text']) for x in here], [(x['id'], x['text']) for x in there], 'one history')
    await g.leave(**{'from': 'public_group'})
    await until('it is gone from its list', g.dialogs, lambda v: all(d['peer'] != chat for d in v))
    expect_clean_logs(m)


async def test_watch(stage):
    """TDLib opens a public channel in which it is not: posts, edits and deletions come to it, and it is in no list."""
    owner = stage.owner
    td = stage.td = await stage.person('tdlib', 'Td')
    chat, channel, peer = stage.public = await public(stage, owner, 'broadcast', 'public_channel')

    async def post(text):
        r = await owner.call('call', text='messages.SendMessageRequest(%s, %r)' % (peer, text))
        return next(u['message']['id'] for u in r['updates'] if u['_'] == 'UpdateNewChannelMessage')
    await post('an old one')
    found = await td.invoke(method='searchPublicChat', args={'username': 'public_channel'})
    expect_equal(found['id'], chat, 'it is found by its name')
    await td.invoke(method='openChat', args={'chat_id': chat})
    await until('what was said before', lambda: td.history(of=chat), lambda v: 'an old one' in [m['text'] for m in v])
    for i in range(3):
        mark = td.mark()
        id = await post('news %d' % i)
        m = await td.wait_text('news %d' % i, since=mark, timeout=60)
        expect_equal((m['id'], m['peer']), (id, chat), 'as it is told')
    mark = td.mark()
    await owner.call('call', text="messages.EditMessageRequest(%s, %d, message='news, mended')" % (peer, id))
    await td.wait_text('news, mended', kind='edit', since=mark, timeout=60)
    await owner.call('call', text='channels.DeleteMessagesRequest(%s, [%d])' % (channel, id))
    await td.wait('delete', lambda e: id in e['ids'], since=mark, timeout=60)
    expect(all(d['peer'] != chat for d in await td.dialogs()), 'it is in no list of his')
    status = (await td.invoke(method='getSupergroup', args={'supergroup_id': -chat - BASE}))['status']['@type']
    expect_equal(status, 'chatMemberStatusLeft', 'nor is he in it')
    await refused('WRITE', td.send(to=chat, text='may I?'))
    expect_clean_logs(td)


async def test_thrown_out(stage):
    """Whom the owner throws out sees it no more, open or not."""
    owner, td, (chat, channel, peer) = stage.owner, stage.td, stage.public
    await td.invoke(method='joinChat', args={'chat_id': chat})
    hidden = await owner.call('call', text='channels.GetParticipantsRequest(%s, ChannelParticipantsRecent(), 0, 100, 0)' % channel)
    user = next(u for u in hidden['users'] if u['id'] == td.me['id'])
    await owner.call('call', text='channels.EditBannedRequest(%s, InputPeerUser(%d, %d), ChatBannedRights(0, view_messages=True))' % (
        channel, user['id'], user['access_hash']))

    async def status():
        return (await td.invoke(method='getSupergroup', args={'supergroup_id': -chat - BASE}))['status']['@type']
    await until('he knows', status, 'chatMemberStatusBanned')
    mark = td.mark()
    await owner.call('call', text="messages.SendMessageRequest(%s, 'not for him')" % peer)
    await refused('', td.invoke(method='joinChat', args={'chat_id': chat}))
    expect(not any(e['event'] == 'new' and e['message']['text'] == 'not for him' for e in td.events[mark:]), 'he hears nothing more')
    expect_clean_logs(td)
