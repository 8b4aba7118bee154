"""A long absence: of three accounts, with TDLib, Telethon and mtcute, one client stays and one is away while a supergroup or channel
gets posts, edits, deletions, pins, comings and goings. Who comes back by difference has exactly what the other one has."""
import asyncio
import random

from harness import expect, expect_clean_logs, expect_equal, until

BASE = 1000000000000


class Room:
    """A supergroup or channel of Telethon's making, as its owner uses it."""

    def __init__(self, owner, id, hash):
        self.owner, self.id, self.chat = owner, id, -BASE - id
        self.channel, self.peer = 'InputChannel(%d, %d)' % (id, hash), 'InputPeerChannel(%d, %d)' % (id, hash)
        self.posts = []

    async def do(self, text):
        return await self.owner.call('call', text=text)

    async def post(self, text):
        r = await self.do("messages.SendMessageRequest(%s, %r)" % (self.peer, text))
        self.posts.append(next(u['message']['id'] for u in r['updates'] if u['_'] == 'UpdateNewChannelMessage'))


async def room_of(stage, is_channel):
    """The room, its guests, and {library: (who stays, who goes)}."""
    owner = await stage.person('telethon', 'Owner')
    guests = [await stage.person('telethon', 'Guest'), await stage.person('mtcute', 'Other')]
    pairs = {}
    for library in 'tdlib', 'telethon', 'mtcute':
        stays = await stage.person(library, library.capitalize())
        goes = await stage.client(library)
        await stage.sign_in(goes, stays.phone)
        pairs[library] = stays, goes
    people = [*guests, *(p[0] for p in pairs.values())]
    for p in people:
        await owner.add_contact(phone='+' + p.phone, first=p.first)
    known = await owner.call('call', text='contacts.GetContactsRequest(0)')
    kind = 'broadcast=True' if is_channel else 'megagroup=True'
    made = await owner.call('call', text="channels.CreateChannelRequest('The absence', 'of some', %s)" % kind)
    room = Room(owner, made['chats'][0]['id'], made['chats'][0]['access_hash'])
    hashes = {u['id']: u['access_hash'] for u in known['users']}
    room.users = {p: '(%d, %d)' % (p.me['id'], hashes[p.me['id']]) for p in people}
    await invite(room, *people)
    return room, guests, pairs


async def invite(room, *people):
    users = ', '.join('InputUser' + room.users[p] for p in people)
    await room.do('channels.InviteToChannelRequest(%s, [%s])' % (room.channel, users))


async def throw_out(room, who, until='view_messages=True'):
    await room.do('channels.EditBannedRequest(%s, InputPeerUser%s, ChatBannedRights(0, %s))' % (room.channel, room.users[who], until))


async def input_of(room, who):
    """The room as this Telethon names it."""
    d = await who.call('call', text='messages.GetDialogsRequest(None, 0, InputPeerEmpty(), 100, 0)')
    return '(%d, %d)' % (room.id, next(c['access_hash'] for c in d['chats'] if c['id'] == room.id))


async def live(stage, room, guests, pairs, is_channel):
    """What happens while some are away."""
    rng = random.Random(7)
    n, edits = (5000, 300) if stage.long else (400, 40)
    comings = 0
    for first in range(0, n, 20):
        await asyncio.gather(*(room.post('post %d' % i) for i in range(first, first + 20)))
        room.posts.sort()
        for _ in range(edits * 20 // n + (rng.random() < edits * 20 % n / n)):
            id = rng.choice(room.posts)
            await room.do("messages.EditMessageRequest(%s, %d, message='edited %d behind %d')" % (room.peer, id, id, first))
        if first % 60 == 0:
            gone = [room.posts.pop(rng.randrange(len(room.posts))) for _ in range(3)]
            await room.do('channels.DeleteMessagesRequest(%s, %r)' % (room.channel, gone))
        if first % 100 == 40:
            id = rng.choice(room.posts)
            await room.do('messages.UpdatePinnedMessageRequest(%s, %d)' % (room.peer, id))
        if first % 200 == 140:
            await room.do('messages.UpdatePinnedMessageRequest(%s, %d, unpin=True)' % (room.peer, id))
        if first % 500 == 120:
            who = guests[comings % 2]
            await throw_out(room, who)
            if comings % 3 == 0:
                await throw_out(room, who, '')
                await invite(room, who)
            comings += 1
        if first == n // 2:  # what the one device reads counts for the other
            await pairs['mtcute'][0].read(to=room.chat, up_to=room.posts[-5])
            ten = pairs['telethon'][0]
            await ten.call('call', text='channels.ReadHistoryRequest(InputChannel%s, %d)' % (await input_of(room, ten), room.posts[-9]))
            if not is_channel:  # one's own are not unread
                text = "messages.SendMessageRequest(InputPeerChannel%s, 'my own')" % await input_of(room, ten)
                await ten.call('call', text=text)
    await room.post('the last one')


async def raw_history(who, peer):
    """All of it, as the server says it; newest first."""
    all = []
    while True:
        r = await who.call('call', text='messages.GetHistoryRequest(InputPeerChannel%s, %d, None, 0, 100, 0, 0, 0)' % (
            peer, all[-1]['id'] if all else 0))
        if not r['messages']:
            return all
        all += r['messages']


class Ten:
    """Telethon's: state by hand, from the differences alone."""

    async def note(self, room, c):
        self.peer = await input_of(room, c)
        self.state = await c.call('call', text='updates.GetStateRequest()')
        full = await c.call('call', text='channels.GetFullChannelRequest(InputChannel%s)' % self.peer)
        self.pts = full['full_chat']['pts']
        self.messages = {m['id']: m for m in await raw_history(c, self.peer)}

    def take(self, d):
        for m in d['new_messages']:
            self.messages[m['id']] = m
        for u in d['other_updates']:
            if u['_'] == 'UpdateEditChannelMessage':
                expect(u['message']['id'] in self.messages, 'what is edited is known: %r' % u['message']['id'])
                self.messages[u['message']['id']] = u['message']
            elif u['_'] == 'UpdateDeleteChannelMessages':
                for id in u['messages']:
                    self.messages.pop(id, None)
            elif u['_'] == 'UpdatePinnedChannelMessages':
                for id in u['messages']:
                    if id in self.messages:
                        self.messages[id]['pinned'] = bool(u['pinned'])

    async def come_back(self, room, c):
        s = self.state
        d = await c.call('call', text='updates.GetDifferenceRequest(pts=%d, date=%d, qts=%d)' % (s['pts'], s['date'], s['qts']))
        said = {u['_']: u for u in d['other_updates'] if u.get('channel_id') == room.id}
        expect('UpdateChannelTooLong' in said, 'the difference names the channel: %s' % sorted(said))
        self.read = said['UpdateReadChannelInbox']
        slices = 0
        while True:
            text = 'updates.GetChannelDifferenceRequest(InputChannel%s, ChannelMessagesFilterEmpty(), %d, 100, False)' % (self.peer, self.pts)
            d = await c.call('call', text=text)
            expect_equal(d['_'], 'ChannelDifference', 'never too long, nor empty')
            self.take(d)
            self.pts, slices = d['pts'], slices + 1
            if d['final']:
                break
        expect(slices > 3, 'in slices: %d' % slices)
        expect_equal(self.pts, said['UpdateChannelTooLong']['pts'], 'it ends where the difference said')

    async def compare(self, room, stays):
        wanted = {m['id']: m for m in await raw_history(stays, await input_of(room, stays))}
        expect_equal(sorted(self.messages), sorted(wanted), 'ids')
        for id, m in wanted.items():
            expect_equal(self.messages[id], m, 'message %d' % id)
        row = next(r for r in await stays.chats() if r['peer'] == room.chat)
        unread = sum(m['id'] > row['read_in'] and not m['out'] for m in self.messages.values())
        expect_equal((self.read['max_id'], self.read['still_unread_count']), (row['read_in'], row['unread']), 'what is read')
        expect_equal(unread, row['unread'], 'what is unread, counted')
        expect_equal(max(self.messages), row['top'], 'the top')


def essence(m):
    return {k: m[k] for k in ('id', 'text', 'edited', 'service', 'pinned', 'out', 'date')}


def differences(got, wanted):
    lost, more = sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))
    other = [(got[i], wanted[i]) for i in got if i in wanted and got[i] != wanted[i]]
    return ['lost %r' % lost[:9]] * bool(lost) + ['too many %r' % more[:9]] * bool(more) + ['%r instead of %r' % p for p in other[:5]]


class Cute:
    """mtcute's: what it had, and what it tells."""

    async def note(self, room, c):
        self.messages = {m['id']: essence(m) for m in await c.history(of=room.chat)}

    async def come_back(self, room, c):
        await c.wait_text('the last one', since=0, timeout=120)
        await asyncio.sleep(1)
        for e in c.events:
            if e['event'] in ('new', 'edit') and e['message']['peer'] == room.chat:
                self.messages[e['message']['id']] = essence(e['message'])
            elif e['event'] == 'delete':
                for id in e['ids']:
                    self.messages.pop(id, None)
            elif e['event'] == 'pinned':
                for id in e['ids']:
                    if id in self.messages:
                        self.messages[id]['pinned'] = e['pinned']

    async def compare(self, room, stays):
        wanted = {m['id']: essence(m) for m in await stays.history(of=room.chat)}
        faults = differences(self.messages, wanted)
        expect(not faults, 'mtcute:\n' + '\n'.join(faults))


class Td:
    """TDLib's own state; it answers from its own database."""

    async def note(self, room, c):
        await c.dialogs()
        await self.history(c, room)

    async def history(self, c, room):
        all, at = {}, 0
        while True:
            about = {'chat_id': room.chat, 'from_message_id': at, 'offset': 0, 'limit': 100}
            page = (await c.invoke(method='getChatHistory', args=about))['messages']
            if not page:
                return all
            at = page[-1]['id']
            all |= {m['id'] >> 20: {k: m.get(k) for k in ('content', 'date', 'edit_date', 'is_pinned', 'is_outgoing', 'sender_id',
                                                          'is_channel_post')} | {'replies': self.replies(m)} for m in page}

    @staticmethod
    def replies(m):
        return ((m.get('interaction_info') or {}).get('reply_info') or {}).get('reply_count', 0)

    async def row(self, c, room):
        chat = await c.invoke(method='getChat', args={'chat_id': room.chat})
        last = chat.get('last_message') or {}
        # Not how far others have read: whoever wrote nothing here is not told of it as it happens.
        return {k: chat[k] for k in ('title', 'unread_count', 'last_read_inbox_message_id')} | {
            'last': last.get('id'), 'text': (last.get('content') or {}).get('text', {}).get('text')}

    async def come_back(self, room, c):
        self.client = c
        await c.dialogs()
        await until('it has caught up', lambda: self.row(c, room), lambda r: r['text'] == 'the last one', 120)

    async def compare(self, room, stays):
        wanted = await self.row(stays, room)
        await until('the same row as %r' % wanted, lambda: self.row(self.client, room), wanted)
        faults = differences(await self.history(self.client, room), await self.history(stays, room))
        expect(not faults, 'TDLib:\n' + '\n'.join(faults))
        theirs = [m['id'] for m in await raw_history(room.owner, room.peer.removeprefix('InputPeerChannel'))]
        expect_equal(sorted(await self.history(self.client, room), reverse=True), theirs, 'and as the server has it')
        if room.is_channel:  # its members are for admins
            return
        members = [sorted((m['member_id']['user_id'], m['status']['@type']) for m in (await c.invoke(
            method='searchChatMembers', args={'chat_id': room.chat, 'query': '', 'limit': 100}))['members']) for c in (self.client, stays)]
        expect_equal(*members, 'the members')
        count = [(await c.invoke(method='getSupergroupFullInfo', args={'supergroup_id': room.id}))['member_count'] for c in (
            self.client, stays)]
        expect_equal(count, [len(members[0])] * 2, 'how many there are')


async def absence(stage, is_channel):
    room, guests, pairs = await room_of(stage, is_channel)
    room.is_channel = is_channel
    for i in range(12):
        await room.post('before %d' % i)
    await room.post('all are here')
    states = {'tdlib': Td(), 'telethon': Ten(), 'mtcute': Cute()}
    for library, (_, goes) in pairs.items():
        if library != 'telethon':  # its driver tells of no channels
            await goes.wait_text('all are here')
        await states[library].note(room, goes)
        await goes.disconnect()
        await goes.end()
    await live(stage, room, guests, pairs, is_channel)
    backs = {}
    for library, (_, goes) in pairs.items():
        backs[library] = await stage.client(library, goes.dir.name, **({'catch_up': False} if library == 'telethon' else {}))
        await states[library].come_back(room, backs[library])
    for library, (stays, _) in pairs.items():
        await states[library].compare(room, stays)
    expect_clean_logs(*(c for p in pairs.values() for c in p), backs['tdlib'], backs['mtcute'])


async def test_supergroup(stage):
    """Away from a supergroup."""
    await absence(stage, False)


async def test_channel(stage):
    """Away from a channel."""
    await absence(stage, True)
