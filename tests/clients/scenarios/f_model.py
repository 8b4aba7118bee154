"""Accounts with clients of all libraries do hundreds of things at random; a model holds what everybody must see. It is compared
with what clients have that listened all along, that were away and came back, and that sign in anew.
TEST_SEED=N repeats a stream of operations, but for the moments of kills; TEST_OPERATIONS=N makes it longer."""
import asyncio
import functools
import os
import random
import time

import model
from harness import Failed, Refused, expect, expect_clean_logs, until_answered
from mirror import SERVICE, Mirror
from model import Account, Message

# Each account with its clients. TDLib answers before the server has: beside it there is one that asks the server.
PEOPLE = {'Ann': ('tdlib', 'telethon'), 'Boris': ('mtcute', 'gramjs'), '陳': ('pyrogram', 'mtcute'),
          'Dara': ('telethon-old', 'telethon-new'), 'Ehsan': ('tdlib', 'gramjs'), 'Fay': ('pyrogram', 'telethon')}
STRANGERS = {frozenset(p) for p in (('Fay', 'Dara'), ('Fay', 'Boris'), ('Ehsan', '陳'))}  # they know a username, no number
WORDS = ('salam', 'سلام', 'привет', 'Ёлка', '你好', 'hello', '👋🏽', '🏳️‍🌈', 'می‌روم', 'é', 'x', '12', '/start')
FOUND = (('url', 'https://example.org/a'), ('mention', '@somebody'), ('hashtag', '#tag'), ('email', 'me@example.org'),
         ('cashtag', '$USD'))
STYLES = 'bold', 'italic', 'underline', 'strike', 'spoiler', 'code', 'pre', 'texturl', 'mentionname', 'blockquote'
CATCHES_UP = 'mtcute', 'tdlib'  # they ask for the difference (mtcute's driver: for it) as soon as they have connected again
OPTIONS = {'telethon': {'catch_up': False}, 'telethon-new': {'catch_up': False}}
# Calls that were on their way when the connection broke: Pyrogram repeats them 15 s later, GramJS never answers some.
FORGETS = 'pyrogram', 'gramjs'
DEPTH = 12  # how far back the operations reach


def units(text):
    return len(text.encode('utf-16-le')) // 2


class Session:
    """One client of an account. TDLib keeps its own state; of the others a mirror is kept."""

    def __init__(self, account, client):
        self.account, self.client, self.library = account, client, client.library
        self.mirror = None if client.library == 'tdlib' else Mirror()
        self.layer = min(client.hello['layer'], 228)
        self.away = False

    def __repr__(self):
        return '%s of %s' % (self.library, self.account)

    @property
    def is_tdlib(self):
        return self.library == 'tdlib'


class Play:
    """The accounts, the stream of random operations, and the comparisons."""

    def __init__(self, stage, seed):
        self.stage, self.rng = stage, random.Random(seed)
        self.accounts, self.sessions, self.by_id = [], {}, {}
        self.number = 0
        self.killed = False  # in this round: an answer may have been lost
        self.count = {}

    # --- who there is

    async def open(self):
        for first, libraries in PEOPLE.items():
            c = await self.stage.person(libraries[0], first, **OPTIONS.get(libraries[0], {}))
            account = Account(first, first)
            account.id, account.client = c.me['id'], c
            self.accounts.append(account)
            self.by_id[account.id] = account
            self.sessions[account] = [Session(account, c)]
        for account in self.accounts:
            await self.set_username(self.sessions[account][0], 'user_%d' % account.id)
        for a in self.accounts:
            for b in self.accounts:
                if a is b:
                    a.contacts.pop(b, None)
                elif frozenset((a.name, b.name)) in STRANGERS:
                    await a.client.resolve(username=b.username)
                else:
                    a.contacts[b] = b.first
                    await a.client.add_contact(phone='+' + b.client.phone, first=b.first)
        for account in self.accounts:
            for library in PEOPLE[account.name][1:]:
                self.sessions[account].append(await self.another(account, library))
        for s in self.everybody():
            if s.library not in CATCHES_UP:
                await s.client.catch_up()

    async def another(self, account, library):
        """Signs in once more, and learns of everybody."""
        c = await self.stage.client(library, **OPTIONS.get(library, {}))
        await self.stage.sign_in(c, account.client.phone)
        await self.learn(account, c)
        return Session(account, c)

    async def learn(self, account, c):
        """Access hashes."""
        await c.contacts()
        for other in self.accounts:
            if other is not account and other not in account.contacts:
                await c.resolve(username=other.username)

    def everybody(self):
        return [s for a in self.accounts for s in self.sessions[a] if not s.away]

    def here(self, account):
        return [s for s in self.sessions[account] if not s.away]

    def actor(self, account, without=(), repeated=False):
        """One of the account's clients, but none of those libraries; TDLib only where another is there to tell when the server has
        it. repeated: what is done does no harm when it is done again, even much later."""
        here = self.here(account)
        able = [s for s in here if s.library not in without and (not s.is_tdlib or len(here) > 1)]
        if self.killed and not repeated:
            able = [s for s in able if s.library not in FORGETS]
        return self.rng.choice(able) if able else None

    # --- one operation

    async def ask(self, s, operation, **arguments):
        """The answer, from a server that may be killed meanwhile."""
        if s.is_tdlib:  # it tries again by itself, and would do twice what it is asked twice
            return await s.client.call(operation, **arguments)
        each = 3 if s.library in FORGETS and self.killed else 30
        return await until_answered(functools.partial(s.client.call, operation), each, **arguments)

    async def change(self, s, operation, **arguments):
        """The same for what may have been done already when the answer got lost."""
        try:
            return await self.ask(s, operation, **arguments)
        except Refused as e:
            if not (self.killed and e.name.endswith('NOT_MODIFIED')):
                raise

    def tell(self, s, kind, **fields):
        """What s has done itself, and is not told by the server."""
        if s.mirror:
            s.mirror.listen(s.client)
            getattr(s.mirror, 'on_' + kind)(**fields)

    async def eventually(self, look, what, timeout=30):
        """look() gives what is still wrong."""
        end = time.monotonic() + timeout
        while faults := await look():
            if time.monotonic() > end:
                raise Failed('%s, seed %s:\n%s' % (what, self.stage.seed, '\n'.join(map(str, faults[:12]))))
            await asyncio.sleep(0.2)

    async def line_up(self, s, chat, depth=DEPTH):
        """The end of the chat, as the client shows it, is that of the model; ids are known from here on."""
        async def look():
            copies = chat.copies[-depth:]
            shown = (await self.ask(s, 'history', of=chat.peer.id, limit=len(copies)))[:len(copies)]
            return model.history_faults(copies, shown, s.layer)
        await self.eventually(look, '%r sees the end of its chat with %r' % (s, chat.peer))

    async def catch_up(self, s, chat):
        """TDLib acts on what it has: let it have heard of the chat's row first."""
        if not s.is_tdlib:
            return

        async def look():
            row = next((r for r in await s.client.chats() if r['peer'] == chat.peer.id), None)
            return model.row_faults(chat, row) if row else ['no chat of %r with %r' % (s, chat.peer)]
        await self.eventually(look, '%r knows how its chat with %r is' % (s, chat.peer))

    async def settle(self, s, chat):
        """TDLib says that it is done before it is: another client of the account sees when the server has it."""
        if not s.is_tdlib:
            return
        other = next(o for o in self.here(s.account) if not o.is_tdlib)

        async def look():
            row = next((r for r in await self.ask(other, 'chats') if r['peer'] == chat.peer.id), None)
            copies = chat.copies[-DEPTH:]
            shown = (await self.ask(other, 'history', of=chat.peer.id, limit=DEPTH))[:len(copies)]
            return (model.row_faults(chat, row) if row else ['no chat']) + model.history_faults(copies, shown, other.layer)
        await self.eventually(look, '%r sees what %r did' % (other, s))

    # --- texts

    def text(self, s):
        """A text to send with its own entities, and what comes of it: (sent, spans, text, entities)."""
        rng = self.rng
        self.number += 1
        words, spans, found = ['n%d' % self.number], [], []
        at = units(words[0])
        for _ in range(rng.randrange(1, 6)):
            style = rng.choice(STYLES) if rng.random() < 0.4 else ''
            style = style if model.FIRST_LAYER.get(style, 0) <= s.layer else 'bold'
            kind, word = rng.choice(FOUND) if not style and rng.random() < 0.2 else ('', rng.choice(WORDS))
            gap = '\n' if style == 'blockquote' else ' '
            start, length = at + 1, units(word)
            words += [gap, word]
            at = start + length
            if kind:
                found.append([kind, start, length])
            elif style:
                more = {'texturl': ['https://example.org/'], 'pre': ['c'], 'mentionname': [s.account.id]}.get(style, [])
                if style == 'mentionname' and s.account.contacts:
                    more = [rng.choice(sorted(a.id for a in s.account.contacts))]
                spans.append([style, start, length, *more])
                if style in ('italic', 'underline') and rng.random() < 0.5:
                    spans.append(['bold', start, length])  # two on one word
        text, before = ''.join(words), rng.choice(('', '', '', '  ', '\n'))
        sent = [[k, o + units(before), *rest] for k, o, *rest in spans]
        return before + text + rng.choice(('', ' ')), sent, text, sorted(spans + found)

    # --- the operations: each chooses first, all of it, and gives (what it touches, what it does) or None

    def chat_of(self, account, fits=lambda c: True):
        """A chat that has something in it for both sides."""
        fit = [c for c in account.chats.values() if len(c.copies) > 1 and len(c.peer.chat(account).copies) > 1 and fits(c)]
        return self.rng.choice(fit) if fit else None

    def copy_of(self, chat, fits=lambda c: True):
        fit = [c for c in chat.copies[-DEPTH:] if fits(c)]
        return self.rng.choice(fit) if fit else None

    @staticmethod
    def both(chat):
        return ('chat', frozenset((chat.owner, chat.peer)))

    @staticmethod
    def is_refused(chat):
        return chat.peer in chat.owner.blocked or chat.owner in chat.peer.blocked

    def send(self, account):
        peer = self.rng.choice(self.accounts)
        chat = account.chat(peer)
        refused = self.is_refused(chat)
        # TDLib keeps what was refused in the chat; GramJS loses answers that come in one container behind an error.
        s = self.actor(account, ('tdlib', 'gramjs') if refused else (), repeated=not refused)
        if not s:
            return
        sent, spans, text, entities = self.text(s)
        reply = self.copy_of(chat) if self.rng.random() < 0.3 else None
        quote = ''
        if reply and s.layer >= model.QUOTES_SINCE and not reply.message.service and self.rng.random() < 0.4:
            quote = reply.message.text.split()[0]
        clear = bool(chat.draft) and self.rng.random() < 0.5
        number = str(self.rng.getrandbits(62))

        async def do():
            arguments = dict(to=peer.id, text=sent, entities=spans, random_id=number, quote=quote, clear_draft=clear)
            if reply:
                await self.line_up(s, chat)
                arguments['reply_to'] = reply.id
            if refused:
                try:
                    await self.ask(s, 'send', **arguments)
                    raise Failed('%r cannot write to %r' % (s, peer))
                except Refused as e:
                    wanted = 'USER_IS_BLOCKED' if account in peer.blocked else 'YOU_BLOCKED_USER'
                    expect((e.code, e.name) == (400, wanted), 'a blocked message is refused with %s: %s' % (wanted, e))
                return
            m = await self.ask(s, 'send', **arguments)
            copy = model.deliver(Message(account, text, entities), peer, reply, quote, clear)
            copy.id = m['id']
            if clear:
                self.tell(s, 'draft', peer=peer.id, text='')
        return [self.both(chat)], do

    def edit(self, account):
        s, chat = self.actor(account), self.chat_of(account)
        copy = chat and self.copy_of(chat, lambda c: c.message.sender is account and not c.message.service and not c.message.forward)
        if not s or not copy:
            return
        sent, spans, text, entities = self.text(s)

        async def do():
            await self.line_up(s, chat)
            await self.change(s, 'edit', to=chat.peer.id, id=copy.id, text=sent, entities=spans)
            model.edit(copy, text, entities)
        return [self.both(chat)], do

    def delete(self, account):
        s, chat, for_both = self.actor(account), self.chat_of(account), self.rng.random() < 0.5
        if not s or not chat:
            return
        # Nobody's chat gets empty, and the last ones stay for the sake of those who look at the end of a chat.
        able = [c for c in chat.copies[-DEPTH:-2] if not c.twin or c.twin in c.twin.chat.copies[:-2]]
        copies = self.rng.sample(able, min(len(able), self.rng.randrange(1, 4)))
        if not copies:
            return

        async def do():
            await self.line_up(s, chat)
            ids = [c.id for c in copies]
            await self.ask(s, 'delete', to=chat.peer.id, ids=ids, revoke=for_both)
            model.delete(copies, for_both)
            self.tell(s, 'delete', ids=ids)
            await self.settle(s, chat)
        return [self.both(chat)], do

    def read(self, account):
        chat = self.chat_of(account, lambda c: c.peer is not account and c.unread)
        s = self.actor(account)
        copy = chat and self.copy_of(chat, lambda c: not c.out and c in chat.since(chat.read_in))
        if not s or not copy:
            return

        async def do():
            await self.line_up(s, chat)
            await self.ask(s, 'read', to=chat.peer.id, up_to=copy.id)
            model.read(copy)
            self.tell(s, 'read_in', peer=chat.peer.id, max_id=copy.id)
            self.tell(s, 'mark', peer=chat.peer.id, unread=False)
            await self.settle(s, chat)
        return [self.both(chat)], do

    def forward(self, account):
        source, to = self.chat_of(account), self.rng.choice(self.accounts)
        chat = account.chat(to)
        s = self.actor(account, repeated=True)
        if not source or not s or self.is_refused(chat):
            return
        able = [c for c in source.copies[-DEPTH:] if not c.message.service]
        copies = sorted(self.rng.sample(able, min(len(able), 1 if s.is_tdlib else self.rng.randrange(1, 4))), key=source.born.index)
        numbers = [str(self.rng.getrandbits(62)) for _ in copies]
        if not copies:
            return

        async def do():
            await self.line_up(s, source)
            made = await self.ask(s, 'forward', to=to.id, source=source.peer.id, ids=[c.id for c in copies], random_ids=numbers)
            for copy, m in zip(copies, made):
                new = model.deliver(model.forwarded(copy), to)
                new.id = m['id']
        return [self.both(source), self.both(chat)], do

    def pin(self, account):
        s, chat, pinned, for_both = self.actor(account), self.chat_of(account), self.rng.random() < 0.6, self.rng.random() < 0.7
        copy = chat and self.copy_of(chat, lambda c: c.pinned != pinned and not c.message.service)
        for_both = for_both or not pinned
        if not s or not copy or self.is_refused(chat):
            return

        async def do():
            await self.line_up(s, chat)
            await self.change(s, 'pin', to=chat.peer.id, id=copy.id, pinned=pinned, oneside=not for_both)
            model.pin(copy, pinned, for_both, account)
            await self.line_up(s, chat)
        return [self.both(chat)], do

    def draft(self, account):
        s, chat = self.actor(account), self.chat_of(account)
        text = '' if chat and chat.draft and self.rng.random() < 0.3 else 'draft %d' % self.rng.randrange(1000)
        if not s or not chat or text == chat.draft:
            return

        async def do():
            await self.catch_up(s, chat)
            await self.ask(s, 'draft', to=chat.peer.id, text=text)
            chat.draft = text
            self.tell(s, 'draft', peer=chat.peer.id, text=text)
            await self.settle(s, chat)
        return [self.both(chat)], do

    def shower(self, account):
        """One who shows what he does before the server has it. TDLib, cut off meanwhile, asks for the difference first, which says
        how it was, and only then for the change itself, of which it hears no more: it would show the old state for good."""
        return self.actor(account, ('tdlib',) if self.killed else ())

    def mark(self, account):
        s, chat = self.shower(account), self.chat_of(account, lambda c: c.peer is not account)
        if not s or not chat:
            return

        async def do():
            await self.catch_up(s, chat)
            await self.ask(s, 'mark', to=chat.peer.id, unread=not chat.mark)
            chat.mark = not chat.mark
            self.tell(s, 'mark', peer=chat.peer.id, unread=chat.mark)
            await self.settle(s, chat)
        return [self.both(chat)], do

    def pin_chat(self, account):
        s, chat = self.shower(account), self.chat_of(account)
        if not s or not chat:
            return
        pinned = chat.peer not in account.order[chat.folder]
        if pinned and chat.folder == 0 and len(account.order[0]) >= 5:
            return

        async def do():
            await self.catch_up(s, chat)
            await self.ask(s, 'pin_chat', to=chat.peer.id, pinned=pinned)
            model.pin_chat(chat, pinned)
            self.tell(s, 'dialog_pinned', peer=chat.peer.id, pinned=pinned, folder=chat.folder)
            await self.settle(s, chat)
        return [self.both(chat), ('order', account)], do

    def archive(self, account):
        s, chat = self.shower(account), self.chat_of(account, lambda c: c.peer is not account)  # TDLib refuses one's own
        if not s or not chat:
            return
        archived = not chat.folder

        async def do():
            await self.catch_up(s, chat)
            await self.ask(s, 'archive', to=chat.peer.id, archived=archived)
            model.archive(chat, archived)
            await self.settle(s, chat)
        return [self.both(chat), ('order', account)], do

    def block(self, account):
        s, chat = self.actor(account), self.chat_of(account, lambda c: c.peer is not account)
        if not s or not chat:
            return
        blocked = chat.peer not in account.blocked
        if blocked and account.blocked:
            return  # one at a time: they are to talk

        async def do():
            await self.ask(s, 'block', who=chat.peer.id, blocked=blocked)
            (account.blocked.add if blocked else account.blocked.remove)(chat.peer)
            self.tell(s, 'blocked', peer=chat.peer.id, blocked=blocked)
            if s.is_tdlib:
                other = next(o for o in self.here(account) if not o.is_tdlib)

                async def look():
                    got = await self.ask(other, 'blocked')
                    return [] if (chat.peer.id in got) == blocked else ['blocked by %r: %r' % (account, got)]
                await self.eventually(look, '%r sees what %r did' % (other, s))
        return [self.both(chat), ('blocked', account)], do

    def rename(self, account):
        s = self.actor(account, ('tdlib',))
        self.number += 1
        first = '%s %d' % (account.name, self.number)
        if not s:
            return

        async def do():
            await self.change(s, 'set_name', first=first)
            account.first = first
            self.tell(s, 'name', peer=account.id, first=first, username=account.username)
        return [('name', account)], do

    def username(self, account):
        s = self.actor(account, ('tdlib',))
        self.number += 1
        username = 'user_%d_%d' % (account.id, self.number)
        return s and ([('name', account)], lambda: self.set_username(s, username))

    async def set_username(self, s, username):
        await self.change(s, 'set_username', username=username)
        s.account.username = username
        self.tell(s, 'name', peer=s.account.id, first=s.account.first, username=username)

    OFTEN = {'send': 30, 'edit': 9, 'delete': 8, 'read': 14, 'forward': 7, 'pin': 6, 'draft': 5, 'mark': 4, 'pin_chat': 4,
             'archive': 3, 'block': 4, 'rename': 2, 'username': 2}

    # --- rounds: operations that have nothing to do with each other go at the same time

    async def round(self, kill=False):
        self.killed = kill
        touched, work = set(), []
        for _ in range(self.rng.randrange(3, 7)):
            name = self.rng.choices(list(self.OFTEN), self.OFTEN.values())[0]
            chosen = getattr(self, name)(self.rng.choice(self.accounts))
            if chosen and touched.isdisjoint(chosen[0]):
                touched.update(chosen[0])
                work.append(chosen[1]())
                self.count[name] = self.count.get(name, 0) + 1
        delay = self.rng.uniform(0, 0.15)

        async def killer():
            await asyncio.sleep(delay)
            await self.stage.server.restart_after_kill(0.1)
            await asyncio.gather(*(self.ask(s, 'blocked') for s in self.everybody() if s.library in FORGETS))
        done = await asyncio.gather(*work, *([killer()] if kill else []), return_exceptions=True)
        for e in done:
            if isinstance(e, BaseException):
                raise e

    async def leave(self):
        """Somebody goes offline; an account keeps one client that asks the server."""
        able = [s for s in self.everybody() if any(o is not s and not o.is_tdlib for o in self.here(s.account))]
        s = self.rng.choice(able) if able else None
        if s:
            if s.mirror:
                s.mirror.listen(s.client)
            await s.client.disconnect()
            await s.client.end()
            if s.mirror:
                s.mirror.listen(s.client)
                s.mirror.moved()
            s.away = True

    async def come_back(self, s=None):
        s = s or next((s for a in self.accounts for s in self.sessions[a] if s.away), None)
        if s:
            me, phone, first = s.client.me, s.client.phone, s.client.first
            s.client = await self.stage.client(s.library, s.client.dir.name, **OPTIONS.get(s.library, {}))
            s.client.me, s.client.phone, s.client.first = me, phone, first
            expect(s.client.hello['authorized'], '%r is still signed in' % s)
            s.away = False
            if s.library == 'gramjs':  # its StringSession keeps none
                await self.learn(s.account, s.client)
            if s.library not in CATCHES_UP:
                await self.ask(s, 'catch_up')

    # --- comparisons

    async def look_up(self, s, names):
        """All that a client shows, asked for."""
        chats = [r for r in await self.ask(s, 'chats') if r['peer'] != SERVICE]
        histories = {r['peer']: await self.ask(s, 'history', of=r['peer']) for r in chats}
        shown = {'chats': chats, 'histories': histories, 'in_order': True,
                 'blocked': await self.ask(s, 'blocked'), 'names': {}}
        for a in self.accounts if names else ():
            u = await self.ask(s, 'user', id=a.id)
            shown['names'][a.id] = u['first'], u['username']
        return shown

    async def compare(self, s, fresh=False):
        async def look():
            if s.mirror and not fresh:
                s.mirror.listen(s.client)
                shown = s.mirror.shown(s.account.id)
            else:
                shown = await self.look_up(s, names=True)
            return model.account_faults(s.account, shown, s.layer, self.by_id)
        await self.eventually(look, '%r has all that happened' % s)

    async def pins_are_listed(self, s):
        for chat in s.account.chats.values():
            if chat.copies:
                got = await self.ask(s, 'pins', of=chat.peer.id)
                wanted = [c.id for c in reversed(chat.copies) if c.pinned]
                expect(got == wanted, 'pinned messages of %r with %r: %r instead of %r' % (s, chat.peer, got, wanted))

    async def check(self):
        """Everybody who is here has it all, by events alone where it can."""
        self.killed = False
        for s in self.everybody():
            if s.library not in CATCHES_UP:
                await self.ask(s, 'catch_up')
        await asyncio.gather(*(self.compare(s) for s in self.everybody()))

    async def check_fresh(self, account, library):
        s = await self.another(account, library)
        await self.compare(s, fresh=True)
        await self.pins_are_listed(s)
        await s.client.log_out()
        await s.client.end()


async def test_everybody_sees_the_same(stage):
    seed = stage.seed = int(os.environ.get('TEST_SEED') or random.SystemRandom().randrange(10**6))
    print('# f_model: TEST_SEED=%d repeats it' % seed, flush=True)
    wanted = int(os.environ.get('TEST_OPERATIONS') or (4000 if stage.long else 400))
    end = time.monotonic() + (360 if stage.long else 60)  # a busy machine does less of the same stream
    play = Play(stage, seed)
    await play.open()
    kill_every, look_every, n = 25, 50, 0
    fresh = ['gramjs', 'telethon-old', 'tdlib', 'mtcute', 'pyrogram', 'telethon-new']
    while sum(play.count.values()) < wanted and time.monotonic() < end:
        n += 1
        await play.round(kill=n % kill_every == 20)
        if n % 12 == 5:
            await play.leave()
        elif n % 12 == 11:
            await play.come_back()
        if n % look_every == 0:
            await play.check()
            await play.check_fresh(play.rng.choice(play.accounts), play.rng.choice(fresh))
    for s in [s for a in play.accounts for s in play.sessions[a] if s.away]:
        await play.come_back(s)
    await play.check()
    for account, library in zip(play.accounts, fresh):
        await play.check_fresh(account, library)
    print('# f_model: %d rounds: %s' % (n, ', '.join('%s %d' % x for x in sorted(play.count.items()))), flush=True)


async def test_clean_logs(stage):
    expect_clean_logs(*stage.clients)
