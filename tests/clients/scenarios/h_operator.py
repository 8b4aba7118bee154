"""The operator at work: `chapar admin` on a running server, and a backup that is older than what clients have seen."""
import asyncio
import json

from harness import Refused, admin, expect, expect_clean_logs, expect_equal, new_room, until, until_answered


async def test_accounts(stage):
    a = await stage.person('telethon')
    user = await admin(stage, 'users', 'show', '+' + a.phone)
    expect_equal((user['id'], user['first'], user['state'], user['sessions']), (a.me['id'], a.first, 'active', 1), 'users show')
    expect(a.me['id'] in [u['id'] for u in (await admin(stage, 'users', 'list'))['rows']], 'users list')
    jobs = await admin(stage, 'jobs', 'list')
    expect('prune' in [j['kind'] for j in jobs['rows']] and jobs['all'] >= len(jobs['rows']), 'jobs list: %r' % jobs)
    status = await admin(stage, 'status')
    expect((status['store'], status['online_accounts'] >= 1) == ('well', True), 'status: %r' % status)
    sessions = (await admin(stage, 'sessions', 'list', a.me['id']))['rows']
    expect_equal(len(sessions), 1, 'sessions list')
    expect_equal((await admin(stage, 'sessions', 'end', a.me['id'], sessions[0]['session']))['sessions_ended'], 1, 'sessions end')
    try:
        await a.send(to='me', text='still here?')
        expect(False, 'a session that was ended is over')
    except Refused as e:
        expect(e.code == 401 or 'AUTH_KEY_UNREGISTERED' in str(e) or 'unregistered' in str(e), 'it hears 401: %s' % e)
    await a.end()

    made = await admin(stage, 'users', 'add', '+9996670001', '--name', 'Made Here')
    b = await stage.client('telethon')
    me = await b.sign_in(phone='+9996670001', code='77777')
    expect_equal((me['id'], me['first']), (made['id'], 'Made'), 'the account that was added')
    await admin(stage, 'users', 'ban', '+9996670001')
    c = await stage.client('telethon')
    try:
        await c.sign_in(phone='+9996670001', code='77777')
        expect(False, 'a banned number does not sign in')
    except Refused as e:
        expect_equal(e.name, 'PHONE_NUMBER_BANNED', 'the refusal')
    await admin(stage, 'users', 'unban', made['id'])
    me = await c.sign_in(phone='+9996670001', code='77777')
    expect_equal(me['id'], made['id'], 'the same account')
    await admin(stage, 'users', 'delete', made['id'])
    expect_equal((await admin(stage, 'users', 'show', made['id']))['state'], 'deleted', 'users delete')


async def test_invitations(stage):
    made = await admin(stage, 'invites', 'create', '--uses', 2, '--days', 3, '--note', 'for a friend')
    rows = (await admin(stage, 'invites', 'list'))['rows']
    expect_equal([(r['code'], r['uses'], r['used'], r['note']) for r in rows], [(made['code'], 2, 0, 'for a friend')], 'invites list')
    await admin(stage, 'invites', 'revoke', made['code'])
    expect_equal((await admin(stage, 'invites', 'list'))['rows'], [], 'after revoke')


async def test_reports(stage):
    """What people report is there for the operator to read, in his own words, until he closes it."""
    a, b = await stage.person('telethon', 'Angry'), await stage.person('telethon', 'Spammer')
    await stage.acquaint(a, b)
    await b.send(to=a.me['id'], text='buy this')
    m = await a.wait_text('buy this')
    await a.call('call', text='account.ReportPeerRequest(peer=%d, reason=types.InputReportReasonSpam(), message="he, again")' % b.me['id'])
    rows = (await admin(stage, 'reports', 'list'))['rows']
    expect_equal([(r['by'], r['peer'], r['reason'], r['messages'], r['text']) for r in rows],
                 [(a.me['id'], b.me['id'], 'inputReportReasonSpam', '', 'he, again')], 'the report of a person')
    await admin(stage, 'reports', 'close', rows[0]['report'])
    expect_equal((await admin(stage, 'reports', 'list'))['rows'], [], 'it is closed')
    call = 'messages.ReportRequest(peer=%d, id=[%d], option=%s, message="")'
    asked = await a.call('call', text=call % (b.me['id'], m['id'], 'b""'))
    option = next(o['option'] for o in asked['options'] if o['text'] == 'Violence')
    await a.call('call', text=call % (b.me['id'], m['id'], 'bytes.fromhex("%s")' % option))
    row, = (await admin(stage, 'reports', 'list'))['rows']
    expect_equal((row['by'], row['peer'], row['reason'], row['messages']), (a.me['id'], b.me['id'], 'violence', str(m['id'])),
                 'the report of a message')


async def test_mistakes(stage):
    for words, code, said in ((('users', 'show', '99'), 1, 'there is no user'), (('users', 'show'), 2, 'missing'),
                              (('nonsense',), 2, 'no command'), (('invites', 'revoke', '1'), 1, 'no such invitation'), (('reports', 'close', '1'), 1, 'no such report'),
                              (('users', 'add', 'x'), 1, 'no phone number'), (('status', '--uses', '1'), 2, 'takes no'),
                              (('users', 'list', '--limit', 'x'), 2, 'number'), (('backup', stage.server.key), 1, 'already'),
                              (('backup', '/nowhere/x'), 1, 'cannot write'), (('restore', stage.server.key), 1, 'another server')):
        out = await admin(stage, *words, code=code)
        expect(said in json.dumps(out), 'admin %s says %r: %r' % (words, said, out))
    rows = (await admin(stage, 'codes'))['rows']
    expect(isinstance(rows, list), 'codes')
    expect((await admin(stage, 'stats'))['accounts'] >= 1, 'stats')


async def row_of(who, peer):
    return next(r for r in await who.chats() if r['peer'] == peer)


async def test_restore_channel(stage):
    """Ids in a channel are no pts: posts after a restore take none that somebody has seen with other words."""
    async with stage.another('channel') as s:
        people = [await s.person(n) for n in ('telethon', 'tdlib', 'mtcute', 'telethon')]
        await s.acquaint(*people)
        t, a, m, u = people
        chat = await new_room(a, 'Old', t, m, u)
        for i in range(3):
            await t.send(to=chat, text='kept %d' % i)
        await a.wait_text('kept 2')
        backup = s.dir / 'backup.db'
        await admin(s, 'backup', backup)
        lost = [(await t.send(to=chat, text='lost %d' % i))['id'] for i in range(4)]
        for p in (a, m, u):
            await p.wait_text('lost 3')
        await a.read(to=chat, up_to=lost[2])  # as the backup has it, he has read nothing
        await until('it is read', lambda: row_of(a, chat), lambda r: r['read_in'] == lost[2])
        await a.invoke(method='openChat', args={'chat_id': chat})
        await s.server.kill()
        await admin(s, 'restore', backup)
        marks = [p.mark() for p in people]
        await s.server.start()
        await a.wait('delete', lambda e: set(lost) <= set(e['ids']), since=marks[1])
        local = [x['text'] for x in await a.page(of=chat, before=0, offset=0, limit=50, only_local=True) if not x['service']]
        expect(not any(x.startswith('lost') for x in local), 'TDLib has forgotten: %r' % local)
        for p in (t, m, u):  # Telethon asks nobody what was said before it had connected again
            await until_answered(p.dialogs)
        said = await t.send(to=chat, text='afterwards')
        expect(said['id'] > max(lost) + 1000000, 'an id that nobody has seen: %d' % said['id'])
        for p, mark in zip((a, m, u), marks[1:]):
            await p.wait_text('afterwards', since=mark)
        fresh = await s.client('telethon')
        await s.sign_in(fresh, u.phone)
        unread = next(d['unread'] for d in await fresh.dialogs() if d['peer'] == chat)
        wanted = [(x['id'], x['text']) for x in await fresh.history(of=chat)]
        expect_equal([x[1] for x in wanted if x[1]], ['afterwards', 'kept 2', 'kept 1', 'kept 0'], 'what the server has')
        for p in people:
            expect_equal([(x['id'], x['text']) for x in await p.history(of=chat)], wanted, '%r ends with it' % p)
        expect_equal(unread, 1, 'what came since, and none of the hole')
        again = await s.client('tdlib')
        await s.sign_in(again, a.phone)
        wanted = await row_of(again, chat)
        expect(wanted['read_in'] > 1000000 and wanted['unread'] == 1, 'read up to what nobody can have seen: %r' % wanted)
        await until('the chat of TDLib is %r' % wanted, lambda: row_of(a, chat), wanted)
        expect_clean_logs(again)
        expect_clean_logs(a, m)


async def test_restore(stage):
    """Three clients have seen more than the backup holds, one of them is away; they end with what the server has, and go on."""
    people = [await stage.person(name) for name in ('tdlib', 'mtcute', 'telethon')]
    stranger, away = await stage.person('telethon', 'Stranger'), await stage.person('tdlib', 'Away')
    await stage.acquaint(*people, stranger, away)
    a, b, c = people
    ring = (a, b), (b, c), (c, a), (c, away)
    for n in range(3):
        for x, y in ring:
            await x.send(to=y.me['id'], text='kept %d' % n)
            kept = await y.wait_text('kept %d' % n)
            if n == 1 and (x, y) == (c, a):
                await a.read(to=c.me['id'], up_to=kept['id'])
    backup = stage.dir / 'backup.db'
    await admin(stage, 'backup', backup)
    for x, y in (*ring, (a, c), (stranger, a)):
        for n in range(4):
            await x.send(to=y.me['id'], text='lost %d' % n)
        await y.wait_text('lost 3')
    # Marks that the backup does not know: TDLib never takes one back.
    await b.read(to=a.me['id'], up_to=(await b.wait_text('lost 2'))['id'])
    for x, y, n in (a, c, 2), (away, c, 1):
        last = [m['id'] for m in await x.history(of=y.me['id']) if m['text'] == 'lost %d' % n and not m['out']][0]
        await x.read(to=y.me['id'], up_to=last)
        await until('%r has read' % x, lambda: row_of(x, y.me['id']), lambda r: r['read_in'] == last)
    await until('a sees that b has read', lambda: row_of(a, b.me['id']), lambda r: r['read_out'])
    await away.disconnect()
    await away.end()
    await stage.server.kill()
    await admin(stage, 'restore', backup)
    marks = {x: x.mark() for x in people}
    await stage.server.start()
    # TDLib comes back by itself, asks what it missed, and forgets what is no more: its own database says the same as the server.
    back = await stage.client('tdlib', name=away.dir.name)
    for x, y in (a, b), (a, c), (back, c), (a, stranger):
        fresh = await stage.client('tdlib')
        await stage.sign_in(fresh, (away if x is back else x).phone)
        wanted = {d['peer']: d for d in await fresh.chats() if d['top']}
        row = wanted.get(y.me['id'])  # the backup knows no chat with the stranger
        expect(not row if y is stranger else row['read_in'] > 1000000, 'read up to what nobody can have seen: %r' % row)
        await x.wait('delete', since=marks.get(x, 0))
        of = y.me['id']
        for only_local in True, False:
            texts = [m['text'] for m in await x.page(of=of, before=0, offset=0, limit=50, only_local=only_local) if not m['service']]
            expect(not any(t.startswith('lost') for t in texts), '%r has %r, of its own: %r' % (x, texts, only_local))
        here = [(m['id'], m['text']) for m in await x.history(of=of)]
        expect_equal(here, [(m['id'], m['text']) for m in await fresh.history(of=of)], 'the history of %r with %r' % (x, y))

        async def have():
            return {d['peer']: d for d in await x.chats() if d['top']}
        await until('the chats of %r are %r' % (x, wanted), have, wanted)
        expect_equal(bool(row and row['mark']), y is c, 'that something was unread is still told: %r of %r' % (y, x))
        await fresh.end()
    # The first to come is the sign of the jump: mtcute then asks for its state anew, and tells nobody of what is before it.
    for x, y in (a, b), (b, c), (c, a):
        await x.send(to=y.me['id'], text='the jump')
    await asyncio.sleep(2)
    for x, y in (a, b), (b, c), (c, a):
        mark = y.mark()
        m = await x.send(to=y.me['id'], text='afterwards')
        await y.wait_text('afterwards', since=mark)
        expect(m['id'] > 1000000, 'ids are above all that were seen: %d' % m['id'])
    for x, y in (b, c), (c, a), (a, b):
        watcher = await stage.client('mtcute')
        await stage.sign_in(watcher, x.phone)
        await watcher.dialogs()
        fresh = [m['text'] for m in await watcher.history(of=y.me['id'])]
        expect(not any(t.startswith('lost') for t in fresh) and fresh.count('kept 0') == 1, 'what the server has: %r' % fresh)
        expect_equal([m['text'] for m in await x.history(of=y.me['id'])], fresh, '%r has what the server has' % x)
        await watcher.end()
    expect_clean_logs(a, back)
