"""An account's state as somebody has it who only listens: built from the events of one client, never from a look at the server.
What the client does itself and the server does not tell it, it is told by done()."""

SERVICE = 777000


class Mirror:
    def __init__(self):
        self.messages, self.rows, self.blocked, self.names = {}, {}, set(), {}
        self.pins = {0: set(), 1: set()}
        self.heard = 0  # of the client's events

    def row(self, peer):
        return self.rows.setdefault(peer, {'read_in': 0, 'read_out': 0, 'mark': False, 'folder': 0, 'draft': ''})

    def listen(self, client):
        for e in client.events[self.heard:]:
            self.heard += 1
            what = getattr(self, 'on_' + e['event'], None)
            if what and e.get('peer') != SERVICE and e.get('message', {}).get('peer') != SERVICE:
                what(**{k: v for k, v in e.items() if k != 'event'})

    def moved(self):
        """The client is another process now, with events of its own."""
        self.heard = 0

    def on_new(self, message):
        known = self.messages.get(message['id'], {})
        if message['pinned'] is None:  # Pyrogram does not say
            message = {**message, 'pinned': known.get('pinned', False)}
        self.messages[message['id']] = message
        self.row(message['peer'])

    on_edit = on_new

    def on_delete(self, ids):
        for id in ids:
            self.messages.pop(id, None)

    def on_read_in(self, peer, max_id, unread=None):
        row = self.row(peer)
        row['read_in'] = max(row['read_in'], max_id)

    def on_read_out(self, peer, max_id):
        row = self.row(peer)
        row['read_out'] = max(row['read_out'], max_id)

    def on_pinned(self, ids, pinned, peer=None):
        for id in ids:
            if id in self.messages:
                self.messages[id] = {**self.messages[id], 'pinned': pinned}

    def on_draft(self, peer, text):
        self.row(peer)['draft'] = text

    def on_mark(self, peer, unread):
        self.row(peer)['mark'] = unread

    def on_dialog_pinned(self, peer, pinned, folder):
        (self.pins[folder].add if pinned else self.pins[folder].discard)(peer)

    def on_pinned_dialogs(self, folder, order):
        self.pins[folder] = set(order)

    def on_folder(self, peer, folder):
        self.row(peer)['folder'] = folder
        self.pins[1 - folder].discard(peer)  # in whichever order a library tells of its pin there

    def on_blocked(self, peer, blocked):
        (self.blocked.add if blocked else self.blocked.discard)(peer)

    def on_name(self, peer, first, username):
        self.names[peer] = first, username

    def shown(self, me):
        """As account_faults() of model.py wants it."""
        histories = {}
        for id in sorted(self.messages, reverse=True):
            m = self.messages[id]
            histories.setdefault(m['peer'], []).append(m)
        chats = []
        for peer, history in histories.items():
            row = self.rows[peer]
            unread = sum(not m['out'] and m['id'] > row['read_in'] for m in history) if peer != me else 0
            pinned = peer in self.pins[row['folder']]
            chats.append({**row, 'peer': peer, 'pinned': pinned, 'top': history[0]['id'], 'unread': unread})
        return {'chats': chats, 'histories': histories, 'blocked': self.blocked,
                'names': {k: v for k, v in self.names.items() if k != SERVICE}}
