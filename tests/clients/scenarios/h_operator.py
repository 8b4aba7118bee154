"""The operator at work: `chapar admin` on a running server, and a backup that is older than what clients have seen."""
import asyncio
import json

from harness import CHAPAR, Refused, expect, expect_clean_logs, expect_equal


async def admin(stage, *words, code=0):
    """What it prints, as JSON; with another exit code, what it says on standard error."""
    p = await asyncio.create_subprocess_exec(str(CHAPAR), 'admin', '--data', str(stage.server.data), '--json', *map(str, words),
                                             stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, err = await asyncio.wait_for(p.communicate(), 60)
    expect_equal(p.returncode, code, 'exit code of admin %s: %s%s' % (' '.join(map(str, words)), out.decode(), err.decode()))
    return json.loads(out) if code == 0 or out else err.decode()


async def test_accounts(stage):
    a = await stage.person('telethon')
    user = await admin(stage, 'users', 'show', '+' + a.phone)
    expect_equal((user['id'], user['first'], user['state'], user['sessions']), (a.me['id'], a.first, 'active', 1), 'users show')
    expect(a.me['id'] in [u['id'] for u in (await admin(stage, 'users', 'list'))['rows']], 'users list')
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


async def test_mistakes(stage):
    for words, code, said in ((('users', 'show', '99'), 1, 'there is no user'), (('users', 'show'), 2, 'missing'),
                              (('nonsense',), 2, 'no command'), (('invites', 'revoke', '1'), 1, 'no such invitation'),
                              (('users', 'add', 'x'), 1, 'no phone number'), (('status', '--uses', '1'), 2, 'takes no'),
                              (('users', 'list', '--limit', 'x'), 2, 'number'), (('backup', stage.server.key), 1, 'already'),
                              (('backup', '/nowhere/x'), 1, 'cannot write'), (('restore', stage.server.key), 1, 'another server')):
        out = await admin(stage, *words, code=code)
        expect(said in json.dumps(out), 'admin %s says %r: %r' % (words, said, out))
    rows = (await admin(stage, 'codes'))['rows']
    expect(isinstance(rows, list), 'codes')
    expect((await admin(stage, 'stats'))['accounts'] >= 1, 'stats')


async def test_restore(stage):
    """Three clients have seen more than the backup holds; they end with what the server has, and go on."""
    people = [await stage.person(name) for name in ('tdlib', 'mtcute', 'telethon')]
    await stage.acquaint(*people)
    a, b, c = people
    for n in range(3):
        for x, y in (a, b), (b, c), (c, a):
            await x.send(to=y.me['id'], text='kept %d' % n)
            await y.wait_text('kept %d' % n)
    backup = stage.dir / 'backup.db'
    await admin(stage, 'backup', backup)
    for x, y in (a, b), (b, c), (c, a):
        await x.send(to=y.me['id'], text='lost')
        await y.wait_text('lost')
    await stage.server.kill()
    await admin(stage, 'restore', backup)
    await stage.server.start()
    # The first to come is the sign of the jump: mtcute then asks for its state anew, and tells nobody of what is before it.
    for x, y in (a, b), (b, c), (c, a):
        await y.history(of=x.me['id'], limit=5)
        await x.send(to=y.me['id'], text='the jump')
    await asyncio.sleep(2)
    for x, y in (a, b), (b, c), (c, a):
        m = await x.send(to=y.me['id'], text='afterwards')
        await y.wait_text('afterwards')
        expect(m['id'] > 1000000, 'ids are above all that were seen: %d' % m['id'])
    watcher = await stage.client('mtcute')
    await stage.sign_in(watcher, a.phone)
    await watcher.dialogs()
    fresh = [m['text'] for m in await watcher.history(of=b.me['id']) if not m['service']]
    expect('lost' not in fresh and fresh[0] == 'afterwards' and fresh.count('kept 0') == 1, 'what the server has: %r' % fresh)
    for x, y in (b, c), (c, a):
        texts = [m['text'] for m in await x.history(of=y.me['id'], limit=50)]
        expect('lost' not in texts, '%r has what the server has: %r' % (x, texts))
    expect_clean_logs(a)
