"""What everybody must see: accounts, and in each account's box its own copies of messages, read marks, drafts, places.
No clients here, no ids that the server gives: those are learnt from what clients show, once, and then must stay."""


class Account:
    def __init__(self, name, first):
        self.name, self.first, self.username, self.id = name, first, '', None
        self.chats = {}  # peer: Chat
        self.order = {0: [], 1: []}  # pinned chats of the list and of the archive, the newest pin first
        self.blocked = set()
        self.contacts = {}  # account: the name that it has here

    def __repr__(self):
        return self.name

    def chat(self, peer):
        return self.chats.setdefault(peer, Chat(self, peer))


class Chat:
    """A chat as its owner has it; both sides of a private chat have one."""

    def __init__(self, owner, peer):
        self.owner, self.peer = owner, peer
        self.born = []  # every Copy that there ever was, in order
        self.read_in = self.read_out = None
        self.mark, self.folder, self.draft = False, 0, ''

    @property
    def copies(self):
        return [c for c in self.born if c.alive]

    def since(self, copy):
        """What came after it."""
        return self.born[self.born.index(copy) + 1:] if copy else self.born

    @property
    def unread(self):
        return sum(c.alive and not c.out for c in self.since(self.read_in)) if self.peer is not self.owner else 0


class Message:
    """What is the same on both sides."""

    def __init__(self, sender, text='', entities=(), service=False, forward=False):
        self.sender, self.text, self.entities = sender, text, entities
        self.service, self.forward, self.edited = service, forward, False
        self.copies = []


class Copy:
    def __init__(self, message, chat, reply, quote):
        self.message, self.chat = message, chat
        self.reply, self.quote = reply, quote  # the Copy in the same chat
        self.id, self.alive, self.pinned = None, True, False
        self.out = message.sender is chat.owner
        chat.born.append(self)
        message.copies.append(self)

    def __repr__(self):
        return '<%s of %s with %s, id %s>' % (self.message.text or 'service', self.chat.owner, self.chat.peer, self.id)

    @property
    def twin(self):
        """The other side's, if it is there."""
        return next((c for c in self.message.copies if c is not self and c.alive), None)


def deliver(message, peer, reply=None, quote='', clear_draft=False):
    """The message goes to `peer`; the sender's copy. reply: the sender's Copy of what it answers."""
    sender = message.sender
    theirs = reply.twin if reply and peer is not sender else None
    mine = Copy(message, sender.chat(peer), reply, quote)
    if peer is not sender:
        chat = peer.chat(sender)
        Copy(message, chat, theirs, quote if theirs else '')
        if chat.folder:  # nobody mutes a chat here: it leaves the archive
            archive(chat, False)
    if clear_draft:
        mine.chat.draft = ''
    return mine


def forwarded(copy):
    """A note of one's own leaves without a word of where it was."""
    m, owner = copy.message, copy.chat.owner
    return Message(owner, m.text, m.entities, forward=m.forward or copy.chat.peer is not owner)


def edit(copy, text, entities):
    copy.message.text, copy.message.entities, copy.message.edited = text, entities, True


def delete(copies, for_both):
    for copy in copies:
        for c in (copy, copy.twin) if for_both else (copy,):
            if c:
                c.alive = False


def read(copy):
    """As far as this one, which is behind the mark."""
    chat = copy.chat
    chat.read_in, chat.mark = copy, False
    if chat.peer is chat.owner:
        return
    last = next((c for c in reversed(chat.born[:chat.born.index(copy) + 1]) if c.alive and not c.out), None)
    other = chat.peer.chat(chat.owner)
    theirs = next((c for c in last.message.copies if c is not last), None) if last else None
    if theirs and theirs not in other.born[:other.born.index(other.read_out) + 1 if other.read_out else 0]:
        other.read_out = theirs


def pin(copy, pinned, for_both, by):
    copy.pinned = pinned
    if for_both and copy.twin:
        copy.twin.pinned = pinned
    if pinned and for_both:
        deliver(Message(by, service=True), copy.chat.peer, reply=copy)


def pin_chat(chat, pinned):
    order = chat.owner.order[chat.folder]
    if chat.peer in order and not pinned:
        order.remove(chat.peer)
    elif chat.peer not in order and pinned:
        order.insert(0, chat.peer)


def archive(chat, archived):
    for order in chat.owner.order.values():
        if chat.peer in order:
            order.remove(chat.peer)
    chat.folder = int(archived)


# --- what a client shows, against it

# Layers before these have no such entity: it is left out.
FIRST_LAYER = {'spoiler': 136}
QUOTES_SINCE = 166


def seen_entities(entities, layer):
    return sorted(list(e) for e in entities if FIRST_LAYER.get(e[0], 0) <= layer)


def message_faults(copy, shown, layer):
    """How what a client shows differs from the copy: lines of text."""
    m, chat = copy.message, copy.chat
    wanted = {'text': m.text, 'service': m.service, 'forward': m.forward, 'edited': m.edited,
              'entities': seen_entities(m.entities, layer), 'quote': copy.quote if layer >= QUOTES_SINCE else ''}
    got = {k: shown[k] for k in wanted}
    got['entities'] = sorted(got['entities'])
    if chat.peer is not chat.owner:  # libraries differ on what is outgoing in Saved Messages
        wanted['out'], got['out'] = copy.out, shown['out']
    if shown['pinned'] is not None and not m.service:
        wanted['pinned'], got['pinned'] = copy.pinned, shown['pinned']
    faults = ['%s of %r: %r instead of %r' % (k, copy, got[k], v) for k, v in wanted.items() if got[k] != v]
    if copy.id not in (None, shown['id']):
        faults.append('id of %r: %s' % (copy, shown['id']))
    if 'reply_to' not in shown:
        return faults
    reply = shown['reply_to'] or None
    if bool(reply) != bool(copy.reply) or (reply and copy.reply.id not in (None, reply)):
        faults.append('reply of %r: %s instead of %r' % (copy, reply, copy.reply))
    return faults


def history_faults(copies, shown, layer):
    """copies: in order; shown: newest first. The ids are learnt where nothing is wrong."""
    got, wanted = [m['text'] for m in shown], [c.message.text for c in reversed(copies)]
    if got != wanted:
        n = next((n for n, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted)))
        return ['history of %r with %r: %d messages instead of %d; from number %d on %r instead of %r' % (
            copies[0].chat.owner if copies else '', copies[0].chat.peer if copies else '',
            len(got), len(wanted), n, got[n:n + 3], wanted[n:n + 3])]
    ids = [m['id'] for m in shown]
    faults = [] if all(a > b for a, b in zip(ids, ids[1:])) else ['ids do not fall: %r' % ids]
    pairs = list(zip(reversed(copies), shown))
    for copy, m in pairs:
        faults += message_faults(copy, m, layer)
    if not faults:
        for copy, m in pairs:
            copy.id = m['id']
    return faults


def row_faults(chat, row):
    """A row of the list of chats. Ids of what nobody has shown yet are not compared."""
    copies = chat.copies
    wanted = {'unread': chat.unread, 'mark': chat.mark, 'folder': chat.folder, 'draft': chat.draft,
              'pinned': chat.peer in chat.owner.order[chat.folder]}
    for name, copy in ('top', copies[-1]), ('read_in', chat.read_in), ('read_out', chat.read_out):
        if copy is None or copy.id is not None:
            wanted[name] = copy.id if copy else 0
    if chat.peer is chat.owner:  # one's own notes are read as they are written; clients differ on how they say it
        for name in 'read_in', 'read_out':
            wanted.pop(name, None)
    return ['%s of the chat of %r with %r: %r instead of %r' % (k, chat.owner, chat.peer, row[k], v)
            for k, v in wanted.items() if row[k] != v]


def account_faults(account, shown, layer, by_id):
    """shown: {'chats': rows, 'histories': {id: messages}, 'blocked': ids, 'names': {id: (first, username)}}, each but the
    first two perhaps missing; by_id: {id: account}."""
    faults = []
    rows = {by_id[r['peer']]: r for r in shown['chats']}
    chats = {p: c for p, c in account.chats.items() if c.copies}
    if set(rows) != set(chats):
        return ['chats of %r: %r instead of %r' % (account, sorted(map(str, rows)), sorted(map(str, chats)))]
    for peer, chat in chats.items():
        faults += history_faults(chat.copies, shown['histories'][peer.id], layer)
    for peer, chat in chats.items():
        faults += row_faults(chat, rows[peer])
    for folder, order in account.order.items():
        got = [p for p, r in rows.items() if r['folder'] == folder and r['pinned']]
        if shown.get('in_order') and got != order:
            faults.append('pinned chats of %r in %d: %r instead of %r' % (account, folder, got, order))
    if 'blocked' in shown and set(shown['blocked']) != {b.id for b in account.blocked}:
        faults.append('blocked by %r: %r instead of %r' % (account, [by_id[b] for b in shown['blocked']], account.blocked))
    for id, (first, username) in shown.get('names', {}).items():
        peer = by_id[id]
        wanted = (account.contacts.get(peer, peer.first), peer.username)
        if (first, username) != wanted:
            faults.append('name of %r for %r: %r instead of %r' % (peer, account, (first, username), wanted))
    return faults
