"""Bots: Telethon's and Pyrogram's, with people who use TDLib and Telethon."""
import asyncio
import base64
import time

from harness import Refused, add_members, admin, expect, expect_clean_logs, expect_equal, new_room, refused, until


async def bot_of(stage, library, username, *options):
    made = await admin(stage, 'bots', 'create', username, '--name', username.capitalize(), '--owner', stage.people[0].me['id'],
                       *options)
    expect_equal(made['token'].split(':')[0], str(made['id']), 'the token begins with the id')
    c = await stage.client(library, username)
    c.token, c.username = made['token'], username
    c.me = await c.sign_in_bot(token=c.token)
    expect_equal((c.me['id'], c.me['username']), (made['id'], username), 'the bot that signed in')
    return c


async def chat_with(tdlib, bot):
    chat = await tdlib.invoke(method='searchPublicChat', args={'username': bot.username})
    expect_equal(chat['id'], bot.me['id'], 'TDLib finds the bot')
    return chat['id']


def press(tdlib, chat, id, data):
    payload = {'@type': 'callbackQueryPayloadData', 'data': base64.b64encode(data.encode()).decode()}
    return tdlib.invoke(method='getCallbackQueryAnswer', args={'chat_id': chat, 'message_id': id << 20, 'payload': payload})


async def test_start(stage):
    """A token of the operator's; a bot is found, spoken to first, by a deep link too, and answers."""
    stage.people = a, b = [await stage.person('tdlib', 'Ann'), await stage.person('telethon', 'Bob')]
    await stage.acquaint(a, b)
    stage.bots = t, p = [await bot_of(stage, 'telethon', 'tele_bot', '--inline', 'a city'), await bot_of(stage, 'pyrogram', 'pyro_bot')]
    listed = (await admin(stage, 'bots', 'list'))['rows']
    expect_equal([r['username'] for r in listed], ['tele_bot', 'pyro_bot'], 'bots by admin')
    expect('token' not in str(listed) and 'secret' not in str(listed), 'no list shows a token')
    for bot in t, p:
        chat = await chat_with(a, bot)
        await a.invoke(method='createPrivateChat', args={'user_id': chat})
        await a.invoke(method='sendBotStartMessage', args={'bot_user_id': chat, 'chat_id': chat, 'parameter': 'from_link'})
        m = await bot.wait_text('/start from_link')
        await bot.send(to=m['peer'], text='Welcome')
        await a.wait_text('Welcome')
        try:
            await bot.send(to=b.me['id'], text='Buy this')
            expect(False, 'a bot writes to nobody first')
        except Refused:
            pass
    kind = (await a.invoke(method='getUser', args={'user_id': t.me['id']}))['type']
    expect_equal((kind['@type'], kind['is_inline'], kind['inline_query_placeholder'], kind['can_read_all_group_messages']),
                 ('userTypeBot', True, 'a city', False), 'what TDLib knows of it')


async def test_stopped(stage):
    """Who stops a bot, and who lets it write again, is told to it, by its next difference if it is away."""
    a, (t, p) = stage.people[0], stage.bots
    stage.td = d = await bot_of(stage, 'tdlib', 'td_bot')
    chat = await chat_with(a, d)
    await a.invoke(method='sendBotStartMessage', args={'bot_user_id': chat, 'chat_id': chat, 'parameter': ''})
    await d.wait_text('/start')

    async def stop(bot, stopped):
        block = {'@type': 'blockListMain'} if stopped else None
        await a.invoke(method='setMessageSenderBlockList', args={
            'sender_id': {'@type': 'messageSenderUser', 'user_id': bot.me['id']}, 'block_list': block})
    mark, since = t.mark(), d.mark()
    for stopped in True, False:
        for bot in t, d:
            await stop(bot, stopped)
        e = await t.wait('stopped', lambda e: e['stopped'] is stopped, since=mark)
        expect_equal(e['who'], a.me['id'], 'who stops Telethon\'s bot, or starts it again')
        e = await d.wait('member', lambda e: e['is'] == ('Banned' if stopped else 'Member'), since=since)
        expect_equal((e['peer'], e['by'], e['whom']), (a.me['id'], a.me['id'], d.me['id']), 'what TDLib\'s bot is told')
    await d.end()
    await stop(d, True)
    stage.td = d = await stage.client('tdlib', 'td_bot')
    d.me, d.username = {'id': chat}, 'td_bot'
    await d.wait('member', lambda e: e['is'] == 'Banned')
    since = d.mark()
    await stop(d, False)
    await d.wait('member', lambda e: e['is'] == 'Member', since=since)
    expect_equal([e['is'] for e in d.events if e['event'] == 'member'][-2:], ['Banned', 'Member'], 'what it finds when it comes back')


async def test_members(stage):
    """A bot that is an admin is told who comes and goes, and what it is itself."""
    (a, b), d = stage.people, stage.td
    mark = d.mark()
    chat = await new_room(a, 'Watched')
    await add_members(a, chat, d)

    async def told(whom, was, now):
        e = await d.wait('member', lambda e: (e['whom'], e['was'], e['is']) == (whom.me['id'], was, now), since=mark)
        expect_equal((e['peer'], e['by']), (chat, a.me['id']), 'where, and by whom')
    await told(d, 'Left', 'Member')
    rights = {'@type': 'chatAdministratorRights', 'can_invite_users': True, 'can_manage_chat': True}
    await a.invoke(method='setChatMemberStatus', args={
        'chat_id': chat, 'member_id': {'@type': 'messageSenderUser', 'user_id': d.me['id']},
        'status': {'@type': 'chatMemberStatusAdministrator', 'can_be_edited': True, 'rights': rights}})
    await told(d, 'Member', 'Administrator')
    await add_members(a, chat, b)
    await told(b, 'Left', 'Member')
    id = (await a.send(to=chat, text='what do you say?'))['id']
    await a.wait('reactions', lambda e: len(e['emoji']) > 0)  # they are offered
    await b.react(to=chat, id=id, emoji=['\U0001f44d'])
    e = await d.wait('reacts', since=mark)
    expect_equal((e['peer'], e['id'], e['who'], e['now']), (chat, id, b.me['id'], ['\U0001f44d']), 'who reacts')
    await a.invoke(method='setChatMemberStatus', args={
        'chat_id': chat, 'member_id': {'@type': 'messageSenderUser', 'user_id': b.me['id']},
        'status': {'@type': 'chatMemberStatusBanned', 'banned_until_date': 0}})
    await told(b, 'Member', 'Banned')
    # Who comes by a link, and by whose.
    c = await stage.person('telethon', 'Cat')
    for asks in False, True:
        since = d.mark()
        link = await a.invoke(method='createChatInviteLink', args={
            'chat_id': chat, 'name': 'the door', 'expiration_date': 0, 'member_limit': 0, 'creates_join_request': asks})
        url = link['invite_link']
        join = c.call('call', text='messages.ImportChatInviteRequest(%r)' % url.rsplit('+', 1)[1])
        if asks:
            await refused('INVITE_REQUEST_SENT', join)
            await d.wait('asks', lambda e: e['who'] == c.me['id'], since=since)
            await a.invoke(method='processChatJoinRequest', args={'chat_id': chat, 'user_id': c.me['id'], 'approve': True})
        else:
            await join
        e = await d.wait('member', lambda e: (e['whom'], e['is']) == (c.me['id'], 'Member'), since=since)
        expect_equal((e['by'], e['link'].endswith('...'), url.startswith(e['link'][:-3])), ((a if asks else c).me['id'], True, True), 'by which link')
        await c.call('call', text='channels.LeaveChannelRequest(%d)' % chat)


async def told(a, bot, what, wanted):
    """Until TDLib says this of a bot."""
    end = time.monotonic() + 20
    while True:
        info = (await a.invoke(method='getUserFullInfo', args={'user_id': bot.me['id']}))['bot_info']
        if what(info) == wanted:
            return
        expect(time.monotonic() < end, 'what TDLib knows of the bot: %r, not %r' % (what(info), wanted))
        await asyncio.sleep(0.2)


async def test_commands(stage):
    """What a bot can do is seen in its chat, and what it would like to be allowed."""
    a, (t, p) = stage.people[0], stage.bots
    await p.commands(commands=[['rain', 'does it?'], ['sun', 'does it?']])
    await told(a, p, lambda info: [c['command'] for c in info['commands']], ['rain', 'sun'])
    # In groups of both kinds members' clients show other commands as soon as there are some.
    big = await new_room(a, 'Weather')
    await add_members(a, big, p)
    small = (await a.invoke(method='createNewBasicGroupChat', args={
        'title': 'Weather', 'user_ids': [p.me['id']], 'message_auto_delete_time': 0}))['chat_id']
    ask = {big: ('getSupergroupFullInfo', {'supergroup_id': -big - 10 ** 12}), small: ('getBasicGroupFullInfo', {'basic_group_id': -small})}

    async def shown(chat):
        method, args = ask[chat]
        info = await a.invoke(method=method, args=args)
        return [(of['bot_user_id'], [c['command'] for c in of['commands']]) for of in info['bot_commands']]
    for chat in ask:
        await until('what it offers there', lambda: shown(chat), [(p.me['id'], ['rain', 'sun'])])
    await p.commands(commands=[['snow', 'does it?']])
    for chat in ask:
        await until('what it offers there now', lambda: shown(chat), [(p.me['id'], ['snow'])])
    await told(a, p, lambda info: [c['command'] for c in info['commands']], ['snow'])
    await stage.td.invoke(method='setDefaultGroupAdministratorRights', args={
        'default_group_administrator_rights': {'@type': 'chatAdministratorRights', 'can_manage_chat': True, 'can_pin_messages': True}})
    await told(a, stage.td, lambda info: (info.get('default_group_administrator_rights') or {}).get('can_pin_messages'), True)


async def test_keyboard(stage):
    """Buttons under a message: the press reaches the bot, its answer the person; who gets none learns so."""
    a, (t, p) = stage.people[0], stage.bots
    for bot in t, p:
        mark, since = bot.mark(), a.mark()
        sent = await bot.keyboard(to=a.me['id'], text='Choose, %s' % bot.username, rows=[[['Yes', 'y'], ['No', 'n']]])
        seen = await a.wait_text('Choose, %s' % bot.username, since=since)
        answer = asyncio.create_task(press(a, bot.me['id'], seen['id'], 'y'))
        q = await bot.wait('callback', since=mark)
        expect_equal((q['who'], q['peer'], q['id'], q['data']), (a.me['id'], a.me['id'], sent['id'], 'y'), 'what the bot hears')
        await bot.answer(query=q['query'], text='You chose', alert=True)
        got = await answer
        expect_equal((got['text'], got['show_alert']), ('You chose', True), 'what TDLib shows')
        await bot.edit(to=a.me['id'], id=sent['id'], text='Chosen, %s' % bot.username)
        await a.wait_text('Chosen, %s' % bot.username, kind='edit', since=since)
    since = a.mark()
    await t.keyboard(to=a.me['id'], text='Silence', rows=[[['Press', 'x']]])
    seen = await a.wait_text('Silence', since=since)
    began = time.monotonic()
    try:
        await press(a, t.me['id'], seen['id'], 'x')
        expect(False, 'nobody answers')
    except Refused as e:
        expect_equal(e.name, 'The bot is not responding', "how TDLib says BOT_RESPONSE_TIMEOUT")
    expect(9 < time.monotonic() - began < 14, 'it waits ten seconds')


async def test_group(stage):
    """In a group privacy mode keeps from bots what is not meant for them."""
    (a, b), (t, p) = stage.people, stage.bots
    chat = await new_room(a, 'Room')
    await add_members(a, chat, t, p)

    async def say(text):
        content = {'@type': 'inputMessageText', 'text': {'@type': 'formattedText', 'text': text, 'entities': []}}
        await a.invoke(method='sendMessage', args={'chat_id': chat, 'input_message_content': content})
    marks = {bot: bot.mark() for bot in (t, p)}
    await say('nobody is meant')
    await say('/rain@pyro_bot')
    await say('/rain')
    for bot in t, p:
        await bot.wait_text('/rain', since=marks[bot])
        heard = [e['message']['text'] for e in bot.events[marks[bot]:] if e['event'] == 'new' and not e['message']['service']]
        expect_equal(heard, (['/rain@pyro_bot'] if bot is p else []) + ['/rain'], 'what %s hears' % bot.username)
    since = a.mark()
    await t.send(to=chat, text='It rains')
    await a.wait_text('It rains', since=since)
    mark = t.mark()
    await say('thanks @tele_bot')
    await t.wait_text('thanks @tele_bot', since=mark)
    await admin(stage, 'bots', 'set', '@tele_bot', '--hears-all', 'yes')
    mark = t.mark()
    await say('now it hears this')
    await t.wait_text('now it hears this', since=mark)


async def test_start_in_group(stage):
    """A deep link brings a bot into a group, and commands it there."""
    (a, b), (t, p) = stage.people, stage.bots
    chat = await new_room(a, 'Another')
    mark = p.mark()
    await a.invoke(method='sendBotStartMessage', args={'bot_user_id': p.me['id'], 'chat_id': chat, 'parameter': 'from_link'})
    m = await p.wait_text('/start@pyro_bot from_link', since=mark)
    expect_equal(m['peer'], chat, 'where it is started')


async def test_inline(stage):
    """A query from any chat: the bot answers, somebody chooses, and the same answer is given again while it may be."""
    (a, b), (t, p) = stage.people, stage.bots
    await a.invoke(method='createPrivateChat', args={'user_id': b.me['id']})

    def ask(query, bot=t):
        return a.invoke(method='getInlineQueryResults', args={'bot_user_id': bot.me['id'], 'chat_id': b.me['id'], 'query': query,
                                                              'offset': ''})
    mark, since = t.mark(), b.mark()
    asked = asyncio.create_task(ask('Shiraz'))
    q = await t.wait('inline', since=mark)
    expect_equal((q['who'], q['text']), (a.me['id'], 'Shiraz'), 'what the bot is asked')
    await t.answer_inline(query=q['query'], results=[['one', 'Sun', 'It is sunny'], ['two', 'Rain', 'It rains /start']], cache_time=60)
    got = await asked
    expect_equal([(r['id'], r['title']) for r in got['results']], [('one', 'Sun'), ('two', 'Rain')], 'what TDLib is offered')
    await a.invoke(method='sendInlineQueryResultMessage', args={'chat_id': b.me['id'], 'query_id': got['inline_query_id'],
                                                                'result_id': 'two'})
    m = await b.wait_text('It rains /start', since=since)
    expect_equal(m['peer'], a.me['id'], 'it is the message of whoever chose')
    chosen = await t.wait('chosen', since=mark)
    expect_equal((chosen['who'], chosen['text'], chosen['result']), (a.me['id'], 'Shiraz', 'two'), 'what the bot learns')
    # Another person is given the same answer; the bot is not asked.
    mark = t.mark()
    again = await b.call('call', text="messages.GetInlineBotResultsRequest(%r, InputPeerEmpty(), 'Shiraz', '')" % 'tele_bot')
    expect_equal([r['id'] for r in again['results']], ['one', 'two'], 'from memory')
    expect(not any(e['event'] == 'inline' for e in t.events[mark:]), 'the bot was not asked again')
    try:
        await ask('Shiraz', p)
        expect(False, 'a bot that answers no queries')
    except Refused as e:
        expect('inline' in e.name.lower(), 'how it is refused: %s' % e.name)


async def test_clean_logs(stage):
    """TDLib found nothing to complain of."""
    expect_clean_logs(*stage.people, stage.td)


async def test_revoke(stage):
    """A revoked token ends its sessions and opens nothing more."""
    t, p = stage.bots
    new = (await admin(stage, 'bots', 'revoke', '@tele_bot'))['token']
    expect(new != t.token, 'another token')
    again = await stage.client('telethon', 'again')
    try:
        await again.sign_in_bot(token=t.token)
        expect(False, 'the old token is void')
    except Refused as e:
        expect_equal(e.name, 'ACCESS_TOKEN_INVALID', 'how the old token is refused')
    expect_equal((await again.sign_in_bot(token=new))['id'], t.me['id'], 'the new one opens the same bot')
