"""What everybody must see in a basic group, a supergroup and a channel: who is in it and as what, what was said, and what became of it.
No clients here. The first word of a text is of one message alone; by it ids are learnt, which in a basic group each box has of its own."""

MANAGES = 'creator', 'admin'
IN = 'creator', 'admin', 'member', 'restricted'


class Copy:
    """A message as a box has it: the room's one, or in a basic group a member's."""

    def __init__(self, text):
        self.text, self.edited, self.pinned, self.alive = text, False, False, True


class Post:
    def __init__(self, room, sender, text, id=None):
        self.room, self.sender, self.word, self.id = room, sender, text.split()[0], id
        self.copies = {box: Copy(text) for box in room.boxes()}
        self.reactions = {}  # account: emoji

    def __repr__(self):
        return '<%s of %s in the %s>' % (self.word, self.sender, self.room.kind)

    def of(self, account):
        """The copy that he sees, or None."""
        copy = self.copies.get(None if self.room.is_shared else account)
        return copy if copy and copy.alive else None

    def reach(self):
        """The copies that a change of now reaches: who is out of a basic group keeps what he had."""
        return [c for box, c in self.copies.items() if box in self.room.boxes()]


class Room:
    def __init__(self, kind, peer, owner, accounts):
        self.kind, self.peer, self.owner = kind, peer, owner  # kind: group, supergroup, channel
        self.roles = {a: 'creator' if a is owner else 'member' for a in accounts}  # or admin, restricted, left, kicked
        self.bound = set()  # who may not write, in or out
        self.posts = []
        self.read = {}  # account: the id up to which he has read, if that is known

    def __repr__(self):
        return self.kind

    @property
    def is_shared(self):
        """Is there one history for all?"""
        return self.kind != 'group'

    def boxes(self):
        return {None} if self.is_shared else {a for a, r in self.roles.items() if r in IN}

    def is_in(self, account):
        return self.roles[account] in IN

    def manages(self, account):
        return self.roles[account] in MANAGES

    def may_post(self, account):
        return self.manages(account) or (self.kind != 'channel' and self.roles[account] == 'member')

    def seen_by(self, account):
        return [p for p in self.posts if p.of(account)]

    def add(self, post):
        self.posts.append(post)
        if self.is_shared:  # several may have been under way
            self.posts.sort(key=lambda p: p.id)


def history_faults(room, account, shown):
    """shown: newest first, as the server says it."""
    got = [(m['text'], m['edited'], bool(m['pinned'])) for m in reversed(shown) if m['text']]
    wanted = [(c.text, c.edited, c.pinned) for c in (p.of(account) for p in room.seen_by(account))]
    if got == wanted:
        return []
    n = next((n for n, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted)))
    return ['the %s of %s: %d messages instead of %d; from number %d on %r instead of %r' % (
        room, account, len(got), len(wanted), n, got[n:n + 3], wanted[n:n + 3])]


def row_faults(room, account, row, shown):
    """A row of his list of chats, against all that he is shown there."""
    if not row:
        return ['%s has no %s in his list' % (account, room)]
    unread = sum(m['id'] > row['read_in'] and not m['out'] for m in shown)
    faults = [] if row['unread'] == unread else ['unread of the %s for %s: %d instead of %d' % (room, account, row['unread'], unread)]
    if account in room.read and row['read_in'] != room.read[account]:
        faults.append('%s has read the %s up to %d, not %d' % (account, room, room.read[account], row['read_in']))
    if shown and row['top'] != shown[0]['id']:
        faults.append('the top of the %s for %s: %d, not %d' % (room, account, row['top'], shown[0]['id']))
    return faults


def role_faults(room, who, got):
    """got: {user id: role} as `who` was told."""
    wanted = {a.id: r for a, r in room.roles.items() if r in IN}
    return [] if got == wanted else ['who is in the %s, by %s: %r instead of %r' % (room, who, got, wanted)]


def read_faults(what, got, wanted, shown):
    """Two rows of one chat: up to what is read may differ by what is not unread anyway."""
    if not got:
        return ['%s has no row' % what]
    ahead = [m['id'] for m in shown if not m['out'] and min(got['read_in'], wanted['read_in']) < m['id'] <= max(got['read_in'], wanted['read_in'])]
    same = got['top'] == wanted['top'] and got['unread'] == wanted['unread'] and not ahead
    return [] if same else ['the row of %s: %r instead of %r' % (what, *({k: r[k] for k in ('top', 'unread', 'read_in')} for r in (got, wanted)))]


def essence(m):
    return {k: m[k] for k in ('text', 'edited', 'service', 'out')} | {'pinned': bool(m['pinned'])}


def differences(what, got, wanted):
    """Both: messages as they were shown."""
    got, wanted = ({m['id']: essence(m) for m in v} for v in (got, wanted))
    lost, more = sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))
    other = ['%s: %d is %r instead of %r' % (what, i, got[i], m) for i, m in sorted(wanted.items()) if i in got and got[i] != m]
    return (['%s has lost %r' % (what, [(i, wanted[i]['text']) for i in lost[:9]])] * bool(lost)
            + ['%s has too many: %r' % (what, [(i, got[i]['text']) for i in more[:9]])] * bool(more) + other[:5])


class Mirror:
    """Rooms as one client has them who only listens, after what it was shown once."""

    def __init__(self, client):
        self.client, self.messages, self.heard = client, {}, 0
        self.gone = set()  # (peer, id) of what its own client has deleted, of which it tells nobody

    def forget(self, peer):
        """It went from there: what happens while it is out it need not hear."""
        self.messages.pop(peer, None)

    def know(self, peer, shown):
        self.messages[peer] = {m['id']: m for m in shown}

    def listen(self):
        for e in self.client.events[self.heard:]:
            self.heard += 1
            peer = e.get('peer', e.get('message', {}).get('peer'))
            if e['event'] in ('new', 'edit') and peer in self.messages and (peer, e['message']['id']) not in self.gone:
                self.messages[peer][e['message']['id']] = e['message']
            elif e['event'] == 'delete':
                self.take_out(peer, e['ids'])
            elif e['event'] == 'pinned':
                for room in self.of(peer):
                    for id in e['ids']:
                        if id in room:
                            room[id] = {**room[id], 'pinned': e['pinned']}

    def deletes(self, peer, id):
        self.gone.add((peer, id))
        self.take_out(peer, [id])

    def take_out(self, peer, ids):
        for room in self.of(peer):
            for id in ids:
                room.pop(id, None)

    def of(self, peer):
        """Peer None: of what goes into an account's own box the client does not say which chat it is; ids are of one there."""
        return [m for p, m in self.messages.items() if p == peer or (peer is None and p > -10**12)]

    def moved(self, client):
        self.client, self.heard = client, 0
