"""Who may sign up, how codes leave, and what people do to their accounts and devices."""
import asyncio
import json
import signal
import time

from harness import Refused, Server, expect, expect_clean_logs, expect_equal, until


class Other:
    """A second server with settings of its own, for the length of a test: stage.client() connects to it meanwhile."""

    def __init__(self, stage, name, config):
        self.stage = stage
        dir = stage.dir / name
        dir.mkdir()
        (dir / 'chapar.ini').write_text(config)
        self.server = Server(dir, '--config', str(dir / 'chapar.ini'))

    async def __aenter__(self):
        self.kept, self.stage.server = self.stage.server, self.server
        await self.server.start()
        return self.server

    async def __aexit__(self, *error):
        self.stage.server = self.kept
        await self.server.stop()


async def refused(what, code, name):
    try:
        await what
    except Refused as e:
        expect_equal((e.code, e.name), (code, name), 'the refusal')
        return
    expect(False, 'refused with %s' % name)


async def test_closed(stage):
    async with Other(stage, 'closed', '[signup]\nmode = closed\n'):
        for library in 'telethon', 'gramjs', 'mtcute':
            c = await stage.client(library, 'closed/' + library)
            try:
                await stage.sign_in(c, '9996620001', 'Nobody')
                expect(False, '%s cannot sign up' % library)
            except Refused as e:
                expect_equal((e.code, e.name), (403, 'SIGN_UP_CLOSED'), library)
            await c.end()


async def test_invite(stage):
    async with Other(stage, 'invite', '[signup]\nmode = invite\n'):
        c = await stage.client('telethon', 'invite/telethon')
        sent = await c.ask_code(phone='+15551230001')
        expect_equal(sent['length'], 10, 'the digits that a client asks for')
        await refused(c.give_code(code='0123456789'), 400, 'PHONE_CODE_INVALID')
        await c.end()


async def codes(path, n):
    """What the command was given, once it is n lines."""
    for _ in range(100):
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= n:
            return [json.loads(s) for s in lines]
        await asyncio.sleep(0.1)
    expect(False, '%d codes are in %s' % (n, path))


async def test_sender(stage):
    """A number of the real kind: by the command, then to the first device, then by the command again."""
    out = stage.dir / 'codes'
    async with Other(stage, 'sender', '[codes]\ncommand = cat >> "%s"\n' % out) as server:
        a = await stage.client('telethon', 'sender/a')
        sent = await a.ask_code(phone='+49 151 000001')
        expect_equal((sent['by'], sent['length']), ('sms', 5), 'the first code')
        one, = await codes(out, 1)
        expect_equal(one['phone'], '+49151000001', 'whom it is for')
        expect(await a.give_code(code=one['code']), 'the number is proven and new')
        me = await a.sign_up(first='Ann')
        b = await stage.client('telethon', 'sender/b')
        sent = await b.ask_code(phone='+49151000001')
        expect_equal(sent['by'], 'app', 'the second code goes to the first device')
        sent = await b.ask_again()
        expect_equal(sent['by'], 'sms', 'and by the sender when it is asked for')
        two = (await codes(out, 2))[1]
        expect(not await b.give_code(code=two['code']), 'the account is there')
        expect_equal((await b.call('me'))['id'], me['id'], 'the same account')
        log = server.log.read_text()
        for secret in one['code'], two['code'], '151000001':
            expect(secret not in log, 'no code and no number is in the log')
        await a.end()
        await b.end()


async def test_stop_while_busy(stage):
    """SIGTERM while the program that sends a code hangs, and people are connected: the server ends with 0 within 5 s."""
    out = stage.dir / 'hangs'
    async with Other(stage, 'busy', '[codes]\ncommand = cat > "%s"; sleep 60\n' % out) as server:
        a = await stage.client('telethon', 'busy/a')
        await a.ask_code(phone='+49 151 000002')
        await codes(out, 1)  # it hangs now
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(server.process.wait(), 20)
        took = time.monotonic() - began
        expect(server.process.returncode == 0 and took < 5, 'it ended with %d after %.1f s' % (server.process.returncode, took))
        await a.end()


async def test_new_device(stage):
    """The first device is told the code and the new device, by the service account."""
    a = stage.a = await stage.person('tdlib', 'Ann')
    mark = a.mark()
    b = await stage.client('telethon')
    await stage.sign_in(b, a.phone)
    code = a.phone[5] * 5
    await a.wait('new', lambda e: e['message']['peer'] == 777000 and code in e['message']['text'], since=mark)
    await a.wait('new', lambda e: e['message']['peer'] == 777000 and '127.0.0.1' in e['message']['text'], since=mark)
    listed = await a.invoke(method='getActiveSessions')
    other = next(s for s in listed['sessions'] if not s['is_current'])
    expect(other['is_unconfirmed'], 'the new device is not confirmed: %r' % other)
    await a.invoke(method='confirmSession', args={'session_id': other['id']})
    await a.invoke(method='toggleSessionCanAcceptCalls', args={'session_id': other['id'], 'can_accept_calls': False})
    listed = await a.invoke(method='getActiveSessions')
    other = next(s for s in listed['sessions'] if not s['is_current'])
    expect(not other['is_unconfirmed'] and not other['can_accept_calls'], 'confirmed, without calls: %r' % other)
    await a.invoke(method='terminateSession', args={'session_id': other['id']})
    await refused(a.invoke(method='terminateSession', args={'session_id': other['id']}), 400, 'HASH_INVALID')
    await refused(b.contacts(), 401, 'AUTH_KEY_UNREGISTERED')


async def test_lifetimes(stage):
    a = stage.a
    expect_equal((await a.invoke(method='getAccountTtl'))['days'], 548, 'days of an account at first')
    await a.invoke(method='setAccountTtl', args={'ttl': {'@type': 'accountTtl', 'days': 180}})
    expect_equal((await a.invoke(method='getAccountTtl'))['days'], 180, 'days of the account')
    await a.invoke(method='setInactiveSessionTtl', args={'inactive_session_ttl_days': 30})
    expect_equal((await a.invoke(method='getActiveSessions'))['inactive_session_ttl_days'], 30, 'days of a session')
    token = {'@type': 'deviceTokenSimplePush', 'endpoint': 'https://push.example.org/x'}
    await a.invoke(method='registerDevice', args={'device_token': token, 'other_user_ids': []})


async def test_change_phone(stage):
    a = stage.a
    new = '99966%s7777' % a.phone[5]
    kind = {'@type': 'phoneNumberCodeTypeChange'}
    b = await stage.person('mtcute', 'Bob')
    await refused(a.invoke(method='sendPhoneNumberCode', args={'phone_number': '+' + b.phone, 'type': kind}),
                  400, 'PHONE_NUMBER_OCCUPIED')
    await a.invoke(method='sendPhoneNumberCode', args={'phone_number': '+' + new, 'type': kind})
    await refused(a.invoke(method='checkPhoneNumberCode', args={'code': '00000'}), 400, 'PHONE_CODE_INVALID')
    await a.invoke(method='checkPhoneNumberCode', args={'code': new[5] * 5})
    a.phone = new
    expect_equal((await a.call('me'))['phone'], new, 'the new number')


async def test_delete(stage):
    a = stage.a
    c = await stage.person('telethon', 'Cid')
    await stage.acquaint(a, c)
    expect_clean_logs(a)
    id = c.me['id']
    other = await stage.client('telethon')
    await stage.sign_in(other, c.phone)
    await a.invoke(method='deleteAccount', args={'reason': 'enough', 'password': ''})
    await refused(c.send(to=a.me['id'], text='anybody there?'), 400, 'INPUT_USER_DEACTIVATED')
    expect_equal((await other.call('me'))['id'], id, 'others are as they were')


async def test_leaves_the_archive(stage):
    """A chat of the archive comes back with a message, as its owner's devices hear; one that is muted stays."""
    a, b = await stage.person('tdlib'), await stage.person('telethon', 'Friend')
    await stage.acquaint(a, b)
    twin = await stage.client('mtcute')
    await stage.sign_in(twin, a.phone)
    await b.send(to=a.me['id'], text='hello')
    await a.wait_text('hello')
    of = b.me['id']

    async def folders():
        return [next(d['folder'] for d in await c.chats() if d['peer'] == of) for c in (a, twin)]
    await a.archive(to=of, archived=True)
    await until('the archive', folders, [1, 1])
    mark = twin.mark()
    await b.send(to=a.me['id'], text='come back')
    await twin.wait('folder', lambda e: e['peer'] == of and e['folder'] == 0, since=mark)
    await a.wait_text('come back')
    await until('it has left the archive', folders, [0, 0])
    quiet = {'use_default_mute_for': False, 'mute_for': 1000000}
    await a.invoke(method='setChatNotificationSettings', args={'chat_id': of, 'notification_settings': quiet})
    await a.archive(to=of, archived=True)
    await b.send(to=a.me['id'], text='and again')
    await a.wait_text('and again')
    await asyncio.sleep(0.5)
    await until('a muted one stays', folders, [1, 1])
    expect_clean_logs(a, twin)
