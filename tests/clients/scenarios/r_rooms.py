"""Four accounts, each with TDLib, Telethon and mtcute, do hundreds of things at random in a basic group, a supergroup and a channel, while
clients go away and come back and the server is killed; a model (rooms.py) holds what everybody must see. At the end every client's own
state is compared: TDLib's by itself, mtcute's by what it heard alone, and what the server says to each account.
TEST_SEED=N repeats a stream of operations, but for the moments of kills; TEST_OPERATIONS=N makes it longer."""
import asyncio
import functools
import os
import random
import time

import rooms
from harness import Failed, Refused, expect, expect_clean_logs, until_answered
from rooms import Mirror, Post, Room

BASE = 10**12
LIBRARIES = 'tdlib', 'telethon', 'mtcute'
NAMES = 'Ann', 'Boris', 'Cyra', 'Dara'
EMOJI = '\U0001f44d', '\U0001f525', '❤'
# What an operation that was done already is answered with, when it is tried again behind a kill.
DONE = 'NOT_MODIFIED', 'ALREADY', 'NOT_PARTICIPANT', 'CHANNEL_PRIVATE', 'ID_INVALID'
BANNED = {'kick': 'view_messages=True', 'restrict': 'send_messages=True', 'lift': ''}


class Account:
    def __init__(self, name):
        self.name, self.clients, self.away = name, {}, set()
        self.hashes, self.inputs = {}, {}  # of users and channels, as its Telethon names them

    def __repr__(self):
        return self.name

    @property
    def ten(self):
        """Always there: it tells how things are at the server."""
        return self.clients['telethon']

    def here(self):
        return [c for n, c in self.clients.items() if n not in self.away]


class Play:
    def __init__(self, stage, seed):
        self.stage, self.rng = stage, random.Random(seed)
        self.number, self.count, self.killed, self.notes, self.rounds = 0, {}, False, [], 0

    # --- who there is, and where

    async def open(self):
        self.accounts = [Account(n) for n in NAMES]
        for a in self.accounts:
            first = await self.stage.person('tdlib', a.name)
            a.id, a.phone, a.clients['tdlib'] = first.me['id'], first.phone, first
            for library in LIBRARIES[1:]:
                a.clients[library] = await self.stage.client(library, **({'catch_up': False} if library == 'telethon' else {}))
                await self.stage.sign_in(a.clients[library], a.phone, None)
        for a in self.accounts:
            for b in self.accounts:
                if a is not b:
                    await a.clients['tdlib'].add_contact(phone='+' + b.phone, first=b.name)
            for c in (a.clients['telethon'], a.clients['mtcute']):
                await c.contacts()
            known = await a.ten.call('call', text='contacts.GetContactsRequest(0)')
            a.hashes = {u['id']: u['access_hash'] for u in known['users']}
        self.owner = self.accounts[0]
        self.rooms = [await self.group(), await self.channel(False), await self.channel(True)]
        for a in self.accounts:
            await self.learn(a)
        for room in self.rooms:
            await self.first(room)

    async def first(self, room):
        """mtcute counts in a channel from the first word on that it hears there: what comes before it comes back to none."""
        text = self.text()
        m = await self.owner.ten.send(to=room.peer, text=text)
        room.add(Post(room, self.owner, text, m['id'] if room.is_shared else None))
        for a in self.accounts:
            await a.clients['mtcute'].wait_text(text)

    async def group(self):
        users = ', '.join('InputUser(%d, %d)' % (a.id, self.owner.hashes[a.id]) for a in self.accounts[1:])
        await self.owner.ten.call('call', text="messages.CreateChatRequest([%s], 'Group')" % users)
        id = await self.listed('Group')
        return Room('group', -id, self.owner, self.accounts)

    async def channel(self, broadcast):
        title = 'Channel' if broadcast else 'Supergroup'
        kind = 'broadcast' if broadcast else 'megagroup'
        made = await self.owner.ten.call('call', text="channels.CreateChannelRequest('%s', '', %s=True)" % (title, kind))
        chat = made['chats'][0]
        at = '(%d, %d)' % (chat['id'], chat['access_hash'])
        name = 'the_%s' % title.lower()  # so that one may come back
        await self.owner.ten.call('call', text="channels.UpdateUsernameRequest(InputChannel%s, '%s')" % (at, name))
        users = ', '.join('InputUser(%d, %d)' % (a.id, self.owner.hashes[a.id]) for a in self.accounts[1:])
        await self.owner.ten.call('call', text='channels.InviteToChannelRequest(InputChannel%s, [%s])' % (at, users))
        return Room(title.lower(), -BASE - chat['id'], self.owner, self.accounts)

    async def listed(self, title):
        d = await self.owner.ten.call('call', text='messages.GetDialogsRequest(None, 0, InputPeerEmpty(), 100, 0)')
        return next(c['id'] for c in d['chats'] if c['title'] == title)

    async def learn(self, a):
        """Each client has all rooms, and mtcute's knows what stands in them: from here on it listens."""
        d = await a.ten.call('call', text='messages.GetDialogsRequest(None, 0, InputPeerEmpty(), 100, 0)')
        a.inputs = {-BASE - c['id']: '(%d, %d)' % (c['id'], c['access_hash']) for c in d['chats'] if c['_'] == 'Channel'}
        for c in a.clients.values():
            async def look():
                here = {r['peer'] for r in await c.dialogs()}
                return ['no %s for %r of %s' % (r, c, a) for r in self.rooms if r.peer not in here]
            await self.eventually(look, 'all rooms are listed')
        a.mirror = Mirror(a.clients['mtcute'])
        a.mirror.heard = a.clients['mtcute'].mark()
        for r in self.rooms:
            a.mirror.know(r.peer, await a.clients['mtcute'].history(of=r.peer))

    def note(self, *what):
        self.notes.append(' '.join(map(str, what)))

    # --- asking

    async def eventually(self, look, what, timeout=30):
        end = time.monotonic() + timeout
        while faults := await look():
            if time.monotonic() > end:
                raise Failed('%s, seed %s:\n%s' % (what, self.stage.seed, '\n'.join(map(str, faults[:12]))))
            await asyncio.sleep(0.2)

    async def ask(self, c, operation, **arguments):
        if c.library == 'tdlib':  # it tries again by itself
            return await c.call(operation, **arguments)
        return await until_answered(functools.partial(c.call, operation), 8 if self.killed else 30, **arguments)

    async def change(self, c, operation, **arguments):
        """What may have been done already when the answer got lost."""
        try:
            return await self.ask(c, operation, **arguments)
        except Refused as e:
            if not (self.killed and any(d in e.name.upper().replace(' ', '_') for d in DONE)):
                raise

    def of_ten(self, a, room, text):
        return self.change(a.ten, 'call', text=text.replace('CHANNEL', 'InputChannel' + a.inputs.get(room.peer, '')))

    def td(self, a, method, room, **args):
        return self.change(a.clients['tdlib'], 'invoke', method=method, args={'chat_id': room.peer, **args})

    async def knows(self, a, c, room):
        """TDLib refuses by itself what it thinks he may not do: it may not have heard yet what he was made."""
        if c.library == 'tdlib':
            await self.eventually(lambda: self.own_role(a, room), 'TDLib knows what it is')

    async def find(self, a, c, post):
        """The id that this client has for it, once it has it."""
        await self.knows(a, c, post.room)
        if post.room.is_shared and c.library != 'tdlib':
            return post.id
        found = []

        async def look():
            shown = await self.ask(c, 'history', of=post.room.peer, limit=100)  # with what the room says of itself
            found[:] = [m['id'] for m in shown if m['text'].split()[:1] == [post.word]]
            return [] if found else ['%r of %s does not find %r' % (c, a, post)]
        await self.eventually(look, 'a message is there')
        return found[0]

    async def settle(self, a, room, look):
        """TDLib says that it is done before it is; look(shown, row) by the account's Telethon."""
        async def ask():
            rows = await self.ask(a.ten, 'chats')
            row = next((r for r in rows if r['peer'] == room.peer), None)
            return [] if look(await self.ask(a.ten, 'history', of=room.peer, limit=100), row) else ['%s did it not' % a]
        await self.eventually(ask, 'what TDLib did in the %s is done' % room)

    # --- operations: each chooses first, and gives (what it touches, what it does) or None

    def text(self):
        self.number += 1
        return 'n%d %s' % (self.number, self.rng.choice(('salam', 'привет', '你好', 'hello')))

    def client(self, a, only=LIBRARIES):
        able = [c for c in a.here() if c.library in only]
        return self.rng.choice(able)

    def post_of(self, room, a, fits=lambda p: True):
        fit = [p for p in room.seen_by(a)[-15:] if fits(p)]
        return self.rng.choice(fit) if fit else None

    @staticmethod
    def touches(room, *what):
        """In a basic group one at a time: whoever is to say in which order boxes have it."""
        return {(room, w) for w in what} if room.is_shared else {room}

    def send(self, a, room):
        if not room.may_post(a):
            return
        c, text, number = self.client(a), self.text(), str(self.rng.getrandbits(62))

        async def do():
            await self.knows(a, c, room)
            m = await self.ask(c, 'send', to=room.peer, text=text, **({} if c.library == 'tdlib' else {'random_id': number}))
            room.add(Post(room, a, text, m['id'] if room.is_shared else None))
        return self.touches(room, a), do, a, room, c.library

    def edit(self, a, room):
        post = room.is_in(a) and room.may_post(a) and self.post_of(room, a, lambda p: p.sender is a)
        if not post:
            return
        c, text = self.client(a), ''
        self.number += 1
        text = '%s edit %d' % (post.word, self.number)

        async def do():
            id = await self.find(a, c, post)
            await self.change(c, 'edit', to=room.peer, id=id, text=text, entities=[])
            for copy in post.reach():
                copy.text, copy.edited = text, True
        return self.touches(room, a, post), do, a, room, c.library, post.word

    def delete(self, a, room):
        able = [p for p in room.seen_by(a)[-25:-2] if room.is_in(a) and (p.sender is a or room.manages(a))]
        if not able or room.kind == 'channel' and not room.manages(a):
            return
        post, c = self.rng.choice(able), self.client(a)

        async def do():
            id = await self.find(a, c, post)
            await self.change(c, 'delete', to=room.peer, ids=[id], revoke=True)
            for copy in post.reach():
                copy.alive = False
            if c.library == 'mtcute':  # what it deletes itself it tells nobody
                a.mirror.deletes(room.peer, id)
            await self.settle(a, room, lambda shown, row: all(m['text'].split()[:1] != [post.word] for m in shown))
        return self.touches(room, a, post), do, a, room, c.library, post.word

    def pin(self, a, room):
        pinned = self.rng.random() < 0.6
        post = room.manages(a) and self.post_of(room, a, lambda p: p.of(a).pinned != pinned)
        if not post:
            return
        c = self.client(a)

        async def do():
            id = await self.find(a, c, post)
            await self.change(c, 'pin', to=room.peer, id=id, pinned=pinned)
            for copy in post.reach():
                copy.pinned = pinned
        return self.touches(room, a, post), do, a, room, c.library, post.word

    def react(self, a, room):
        post = room.is_in(a) and room.roles[a] != 'restricted' and self.post_of(room, a)
        if not post:
            return
        emoji = self.rng.choice([e for e in EMOJI if e != post.reactions.get(a)] + [''] * (a in post.reactions))
        c = self.client(a, ('telethon', 'mtcute'))

        async def do():
            id = await self.find(a, c, post)
            await self.change(c, 'react', to=room.peer, id=id, emoji=[emoji] if emoji else [])
            post.reactions.pop(a, None)
            if emoji:
                post.reactions[a] = emoji
        return self.touches(room, a, post), do, a, room, c.library, post.word

    def read_it(self, a, room):
        post = room.is_in(a) and self.post_of(room, a, lambda p: p.sender is not a)
        if not post:
            return
        c = self.client(a)

        async def do():
            id = await self.find(a, c, post)
            own = await self.find(a, a.ten, post)
            if own <= room.read.get(a, 0):
                return
            await self.ask(c, 'read', to=room.peer, up_to=id)
            await self.settle(a, room, lambda shown, row: row['read_in'] >= own)
            rows = await self.ask(a.ten, 'chats')
            room.read[a] = next(r['read_in'] for r in rows if r['peer'] == room.peer)
        return self.touches(room, a, post), do, a, room, c.library, post.word

    def leave(self, a, room):
        if a is self.owner or not room.is_in(a) or sum(room.is_in(x) for x in self.accounts) < 3:
            return
        c = self.client(a)

        async def do():
            if c.library == 'telethon':
                text = 'channels.LeaveChannelRequest(CHANNEL)' if room.is_shared else (
                    'messages.DeleteChatUserRequest(%d, InputUserSelf())' % -room.peer)
                await self.of_ten(a, room, text)
            elif c.library == 'tdlib':
                await self.td(a, 'leaveChat', room)
            else:
                await self.change(c, 'invoke', method='leaveChat', args=[room.peer])
            self.goes(a, room, 'left')
        return self.touches(room, a), do, a, room, c.library

    @staticmethod
    def goes(a, room, to):
        """He is something else from here on; who comes has read everything."""
        if to not in rooms.IN or not room.is_in(a):
            room.read.pop(a, None)
            a.mirror.forget(room.peer)
        if to != 'left':  # who leaves stays restricted, should he come back
            (room.bound.add if to == 'restricted' else room.bound.discard)(a)
        room.roles[a] = to

    def join(self, a, room):
        if room.roles[a] != 'left' or not room.is_shared:
            return
        c = self.client(a)

        async def do():
            if c.library == 'telethon':
                await self.of_ten(a, room, 'channels.JoinChannelRequest(CHANNEL)')
            elif c.library == 'tdlib':
                await self.td(a, 'joinChat', room)
            else:
                await self.change(c, 'invoke', method='joinChat', args=[room.peer])
            room.roles[a] = 'restricted' if a in room.bound else 'member'
        return self.touches(room, a), do, a, room, c.library

    def role(self, a, room):
        """The owner makes somebody something else: what fits what he is."""
        if a is self.owner:
            return
        was, o = room.roles[a], self.owner
        may = {'member': ['admin', 'kicked'] + ['restricted'] * (room.kind == 'supergroup'), 'admin': ['member'],
               'restricted': ['member'], 'kicked': ['left'], 'left': []}[was]
        if not room.is_shared:
            may = {'member': ['admin', 'left'], 'admin': ['member'], 'left': ['member']}[was]
        if not may or (room.is_in(a) and sum(room.is_in(x) for x in self.accounts) < 3):
            return
        to, by_td = self.rng.choice(may), 'tdlib' not in o.away and self.rng.random() < 0.5

        async def do():
            await (self.set_td if by_td and room.is_shared else self.set_ten)(room, a, was, to)
            self.goes(a, room, to)
        return self.touches(room, a, o), do, a, room, was, to, 'by TDLib' if by_td else 'by Telethon'

    async def set_ten(self, room, a, was, to):
        o = self.owner
        user = '(%d, %d)' % (a.id, o.hashes[a.id])
        if not room.is_shared:
            text = {'left': 'messages.DeleteChatUserRequest(%d, InputUser%s)' % (-room.peer, user),
                    'admin': 'messages.EditChatAdminRequest(%d, InputUser%s, True)' % (-room.peer, user),
                    'member': ('messages.EditChatAdminRequest(%d, InputUser%s, False)' if was == 'admin' else
                               'messages.AddChatUserRequest(%d, InputUser%s, 0)') % (-room.peer, user)}[to]
        elif to == 'admin' or was == 'admin':
            rights = 'post_messages=True, delete_messages=True, pin_messages=True, edit_messages=True' if to == 'admin' else ''
            text = "channels.EditAdminRequest(CHANNEL, InputUser%s, ChatAdminRights(%s), '')" % (user, rights)
        else:
            how = BANNED['kick' if to == 'kicked' else 'restrict' if to == 'restricted' else 'lift']
            text = 'channels.EditBannedRequest(CHANNEL, InputPeerUser%s, ChatBannedRights(0, %s))' % (user, how)
        await self.of_ten(o, room, text)

    async def set_td(self, room, a, was, to):
        status = {'@type': 'chatMemberStatus' + {'admin': 'Administrator', 'member': 'Member', 'restricted': 'Restricted',
                                                 'kicked': 'Banned', 'left': 'Left'}[to]}
        if to == 'admin':
            can = dict.fromkeys(('can_post_messages', 'can_edit_messages', 'can_delete_messages', 'can_pin_messages'), True)
            status |= {'can_be_edited': True, 'rights': {'@type': 'chatAdministratorRights', **can}}
        elif to == 'restricted':
            status |= {'is_member': True, 'permissions': {'@type': 'chatPermissions', 'can_invite_users': True}}
        sender = {'@type': 'messageSenderUser', 'user_id': a.id}
        await self.td(self.owner, 'setChatMemberStatus', room, member_id=sender, status=status)

    OFTEN = {'send': 36, 'edit': 10, 'delete': 8, 'pin': 6, 'react': 12, 'read_it': 12, 'leave': 3, 'join': 6, 'role': 9}

    # --- rounds

    async def round(self, kill=False):
        self.killed, self.rounds = kill, self.rounds + 1
        touched, work, names = set(), [], []
        for _ in range(self.rng.randrange(4, 9)):
            name = self.rng.choices(list(self.OFTEN), self.OFTEN.values())[0]
            chosen = getattr(self, name)(self.rng.choice(self.accounts), self.rng.choice(self.rooms))
            if chosen and touched.isdisjoint(chosen[0]):
                touched |= chosen[0]
                self.note('round', self.rounds, 'with a kill' * kill, name, *chosen[2:])
                work.append(chosen[1]())
                names.append(name)
        delay = self.rng.uniform(0, 0.1)

        async def killer():
            await asyncio.sleep(delay)
            await self.stage.server.restart_after_kill(0.1)
        done = await asyncio.gather(*work, *([killer()] if kill else []), return_exceptions=True)
        for name in names:
            self.count[name] = self.count.get(name, 0) + 1
        for e in done:
            if isinstance(e, BaseException):
                raise e

    async def go(self):
        a = self.rng.choice(self.accounts)
        library = self.rng.choice(('tdlib', 'mtcute'))
        if a.away:
            return
        c = a.clients[library]
        if library == 'mtcute':
            a.mirror.listen()
        await c.disconnect()
        await c.end()
        if library == 'mtcute':
            a.mirror.listen()
        a.away.add(library)
        self.note(a, library, 'goes')

    async def come_back(self):
        for a in self.accounts:
            for library in sorted(a.away):
                c = await self.stage.client(library, a.clients[library].dir.name)
                expect(c.hello['authorized'], '%s of %s is still signed in' % (library, a))
                a.clients[library] = c
                a.away.discard(library)
                self.note(a, library, 'comes back')
                if library == 'mtcute':
                    a.mirror.moved(c)

    # --- comparisons

    async def truth(self, a, room):
        """What the server says to this account: history and row."""
        rows = await self.ask(a.ten, 'chats')
        return await self.ask(a.ten, 'history', of=room.peer), next((r for r in rows if r['peer'] == room.peer), None)

    async def compare(self, a, room):
        if not room.is_in(a):
            return await self.compare_out(a, room)
        shown, row = await self.truth(a, room)
        faults = rooms.history_faults(room, a, shown) + rooms.row_faults(room, a, row, shown)
        if faults:
            ends = ['%r' % row, 'the end: %r' % [(m['id'], m['text'] or 'service', m['out']) for m in shown[:20]]]
            raise Failed('the server, seed %s:\n%s' % (self.stage.seed, '\n'.join(faults + ends)))

        async def look():
            faults = []
            a.mirror.listen()
            if room.peer in a.mirror.messages:
                heard = a.mirror.messages[room.peer].values()
                faults += rooms.differences('mtcute of %s in the %s' % (a, room), heard, shown)
            for library in 'tdlib', 'mtcute':
                c = a.clients[library]
                what = '%s of %s in the %s' % (library, a, room)
                faults += rooms.differences('asked, ' + what, await self.ask(c, 'history', of=room.peer), shown)
                got = next((r for r in await self.ask(c, 'chats') if r['peer'] == room.peer), None)
                faults += rooms.read_faults(what, got, row, shown)
            return faults + await self.pins(a, room, shown) + await self.own_role(a, room)
        await self.eventually(look, '%s has all of the %s' % (a, room))
        a.mirror.know(room.peer, await a.clients['mtcute'].history(of=room.peer))
        await self.reactions(a, room)

    async def compare_out(self, a, room):
        """TDLib knows that it is out; where anybody may look, it sees what is there."""
        async def look():
            return await self.own_role(a, room)
        await self.eventually(look, '%s is out of the %s' % (a, room))

    async def pins(self, a, room, shown):
        wanted = [m['id'] for m in shown if m['pinned']]
        faults = []
        for c in a.clients.values():
            got = await self.ask(c, 'pins', of=room.peer)
            if got != wanted:
                faults.append('pinned in the %s, by %r of %s: %r instead of %r' % (room, c, a, got, wanted))
        return faults

    async def own_role(self, a, room):
        """What TDLib was told that this account is there."""
        name = 'getSupergroup' if room.is_shared else 'getBasicGroup'
        id = {'supergroup_id': -room.peer - BASE} if room.is_shared else {'basic_group_id': -room.peer}
        try:
            await self.ask(a.clients['tdlib'], 'invoke', method='getChat', args={'chat_id': room.peer})  # from its database
            chat = await self.ask(a.clients['tdlib'], 'invoke', method=name, args=id)
        except Refused as e:  # it came back, and needs no chat that it is out of
            return ['TDLib of %s has no %s: %s' % (a, room, e.name)] if room.is_in(a) else []
        got = chat['status']['@type'].removeprefix('chatMemberStatus').lower()
        names = {'administrator': 'admin', 'banned': 'kicked' if room.is_shared else 'left'}
        got = 'left' if chat['status'].get('is_member') is False and got in ('restricted', 'creator') else names.get(got, got)
        return [] if got == room.roles[a] else ['TDLib of %s takes itself for %s in the %s, not %s' % (a, got, room, room.roles[a])]

    async def reactions(self, a, room):
        """Of the last messages, as two libraries are told when they ask."""
        for post in room.seen_by(a)[-6:]:
            wanted = {}
            for who, emoji in post.reactions.items():
                n, own = wanted.get(emoji, (0, False))
                wanted[emoji] = [n + 1, own or who is a]
            for c in a.clients['telethon'], a.clients['mtcute']:
                got = await self.ask(c, 'reactions', of=room.peer, id=await self.find(a, c, post))
                expect(got == wanted, 'reactions to %r by %r of %s: %r instead of %r' % (post, c, a, got, wanted))

    async def members(self, room):
        """By the owner's clients."""
        o = self.owner

        async def look():
            if not room.is_shared:
                got = {c: (await self.ask(c, 'group', of=room.peer))['members'] for c in o.clients.values()}
                got = {c: {int(k): v or 'member' for k, v in m.items()} for c, m in got.items()}
                got = {c: {k: {'administrator': 'admin', 'participant': 'member', '': 'member'}.get(v, v) for k, v in m.items()}
                       for c, m in got.items()}
                return [f for c, m in got.items() for f in rooms.role_faults(room, c, m)]
            text = 'channels.GetParticipantsRequest(CHANNEL, ChannelParticipantsRecent(), 0, 100, 0)'
            r = await self.of_ten(o, room, text)
            names = {'Creator': 'creator', 'Admin': 'admin', 'Banned': 'restricted', 'Self': 'member', '': 'member'}
            ten = {p.get('user_id') or p['peer']['user_id']: names[p['_'].removeprefix('ChannelParticipant')]
                   for p in r['participants'] if not p.get('left')}
            r = await self.ask(o.clients['tdlib'], 'invoke', method='searchChatMembers', args={
                'chat_id': room.peer, 'query': '', 'limit': 100})
            names = {'Creator': 'creator', 'Administrator': 'admin', 'Restricted': 'restricted', 'Member': 'member'}
            td = {m['member_id']['user_id']: names[m['status']['@type'].removeprefix('chatMemberStatus')] for m in r['members']}
            return rooms.role_faults(room, 'Telethon', ten) + rooms.role_faults(room, 'TDLib', td)
        await self.eventually(look, 'the members of the %s' % room)

    async def check(self):
        self.killed = False
        await self.come_back()
        for room in self.rooms:
            await asyncio.gather(*(self.compare(a, room) for a in self.accounts))
            await self.members(room)


async def test_everybody_sees_the_same(stage):
    seed = stage.seed = int(os.environ.get('TEST_SEED') or random.SystemRandom().randrange(10**6))
    print('# r_rooms: TEST_SEED=%d repeats it' % seed, flush=True)
    wanted = int(os.environ.get('TEST_OPERATIONS') or (3000 if stage.long else 300))
    end = time.monotonic() + (300 if stage.long else 50)  # a busy machine does less of the same stream
    play = Play(stage, seed)
    await play.open()
    try:
        await live(play, wanted, end)
    except BaseException:
        (stage.dir / 'operations').write_text('\n'.join(play.notes))
        raise


async def live(play, wanted, end):
    n = 0
    while sum(play.count.values()) < wanted and time.monotonic() < end:
        n += 1
        await play.round(kill=n % 20 == 12)
        if n % 10 == 4:
            await play.go()
        elif n % 10 == 9:
            await play.come_back()
        if n % 60 == 0:
            await play.check()
    await play.check()
    print('# r_rooms: %d rounds: %s' % (n, ', '.join('%s %d' % x for x in sorted(play.count.items()))), flush=True)


async def test_clean_logs(stage):
    expect_clean_logs(*stage.clients)
