"""Pyrogram. It keeps addresses and keys in tables of its modules: those get ours."""
import asyncio
import hashlib
import json
import os

import pyrogram
import rsa as pkcs1
from pyrogram import Client, errors, handlers, raw
from pyrogram.crypto import rsa
from pyrogram.session.internals import data_center
from driver import event, serve
from pyrogram_media import Media


def fingerprint(n, e):
    def tl(i):
        b = i.to_bytes((i.bit_length() + 7) // 8, 'big')
        head = bytes([len(b)]) if len(b) < 254 else b'\xfe' + len(b).to_bytes(3, 'little')
        return head + b + b'\0' * (-(len(head) + len(b)) % 4)
    return int.from_bytes(hashlib.sha1(tl(n) + tl(e)).digest()[-8:], 'little', signed=True)


def user(u):
    return {'id': u.id, 'first': u.first_name or '', 'last': u.last_name or '', 'phone': u.phone_number or '',
            'username': u.username or '', 'contact': bool(u.is_contact), 'mutual': bool(u.is_mutual_contact)}


def peer_id(p):
    """A user's id, or what all libraries call a group or channel: -id, -(10^12 + id)."""
    return getattr(p, 'user_id', None) or (-p.chat_id if hasattr(p, 'chat_id') else -10**12 - p.channel_id)


def raw_user(u):
    return {'id': u.id, 'first': u.first_name or '', 'last': u.last_name or '', 'phone': u.phone or '',
            'username': u.username or '', 'contact': bool(u.contact), 'mutual': bool(u.mutual_contact)}


KINDS = {'textlink': 'texturl', 'textmention': 'mentionname', 'strikethrough': 'strike', 'phonenumber': 'phone'}
RAW = {k.removeprefix('MessageEntity').lower(): v for k, v in vars(raw.types).items() if k.startswith('MessageEntity')}
MORE = {'texturl': 'url', 'pre': 'language'}


def entity(e):
    kind = e.type.name.lower().replace('_', '')
    more = e.url or (e.user and e.user.id) or e.language
    return [KINDS.get(kind, kind), e.offset, e.length, *([more] if more else [])]


def message(m):
    told = {'id': m.id, 'peer': m.chat.id, 'out': bool(m.outgoing), 'text': m.text or m.caption or '',
            'date': int(m.date.timestamp()), 'edited': m.edit_date is not None, 'reply_to': m.reply_to_message_id, 'quote': '',
            'forward': m.forward_date is not None, 'service': m.service is not None, 'pinned': None,
            'entities': [entity(e) for e in m.entities or []]}
    if m.service:  # it keeps neither of a service message
        told['out'] = bool(m.from_user and m.from_user.is_self)
        del told['reply_to']
    return told


class Driver(Media):
    client = None

    async def do_connect(self, host, port, key, dir):
        with open(key, 'rb') as f:
            pub = pkcs1.PublicKey.load_pkcs1(f.read())
        rsa.server_public_keys.clear()
        rsa.server_public_keys[fingerprint(pub.n, pub.e)] = rsa.PublicKey(pub.n, pub.e)
        data_center.DataCenter.__new__ = lambda cls, *args: (host, port)
        self.noted = os.path.join(dir, 'state.json')
        # One worker, so that events come in the order in which the server tells them.
        c = self.client = Client('pyrogram', 1, 'x', workdir=dir, no_updates=False, workers=1)
        c.add_handler(handlers.RawUpdateHandler(self.on_raw), group=-1)
        c.add_handler(handlers.MessageHandler(self.on_message))
        c.add_handler(handlers.EditedMessageHandler(self.on_edit))
        c.add_handler(handlers.CallbackQueryHandler(self.on_callback))
        c.add_handler(handlers.InlineQueryHandler(self.on_inline))
        authorized = await asyncio.wait_for(c.connect(), 30)
        if authorized:
            await self.start()
        return {'library': 'Pyrogram ' + pyrogram.__version__, 'layer': raw.all.layer, 'authorized': authorized}

    async def start(self):
        """What Client.start() does after the connection."""
        await self.client.invoke(raw.functions.updates.GetState())
        self.client.me = await self.client.get_me()
        await self.client.initialize()

    async def on_message(self, client, m):
        event('new', message=message(m))

    async def on_edit(self, client, m):
        event('edit', message=message(m))

    async def on_callback(self, client, q):
        event('callback', query=q.id, who=q.from_user.id, peer=q.message.chat.id, id=q.message.id, data=q.data)

    async def on_inline(self, client, q):
        event('inline', query=q.id, who=q.from_user.id, text=q.query, offset=q.offset)

    async def on_raw(self, client, u, users, chats):
        name = type(u).__name__
        peer = peer_id(u.peer) if hasattr(getattr(u, 'peer', None), 'QUALNAME') and 'types.Peer' in u.peer.QUALNAME else None
        if name == 'UpdateDeleteMessages':
            event('delete', ids=list(u.messages))
        elif name == 'UpdateReadHistoryOutbox':
            event('read_out', peer=peer, max_id=u.max_id)
        elif name == 'UpdateReadHistoryInbox':
            event('read_in', peer=peer, max_id=u.max_id, unread=u.still_unread_count)
        elif name == 'UpdateUserTyping':
            event('typing', peer=u.user_id)
        elif name == 'UpdateChatUserTyping':
            event('typing', peer=-u.chat_id)
        elif name == 'UpdateUserStatus':
            event('status', peer=u.user_id, online=isinstance(u.status, raw.types.UserStatusOnline))
        elif name == 'UpdatePinnedMessages':
            event('pinned', ids=list(u.messages), pinned=bool(u.pinned))
        elif name == 'UpdateDraftMessage':
            event('draft', peer=peer, text=getattr(u.draft, 'message', ''))
        elif name == 'UpdateDialogUnreadMark':
            event('mark', peer=peer_id(u.peer.peer), unread=bool(u.unread))
        elif name == 'UpdateDialogPinned':
            event('dialog_pinned', peer=peer_id(u.peer.peer), pinned=bool(u.pinned), folder=u.folder_id or 0)
        elif name == 'UpdatePinnedDialogs':
            event('pinned_dialogs', folder=u.folder_id or 0, order=[peer_id(p.peer) for p in u.order or []])
        elif name == 'UpdateFolderPeers':
            for p in u.folder_peers:
                event('folder', peer=peer_id(p.peer), folder=p.folder_id)
        elif name == 'UpdatePeerBlocked':
            event('blocked', peer=u.peer_id.user_id, blocked=bool(u.blocked))
        elif name == 'UpdateUserName':
            event('name', peer=u.user_id, first=u.first_name, username=u.usernames[0].username if u.usernames else '')

    async def take(self, r):
        """What an answer brings of updates, to where pushed ones go."""
        await self.client.handle_updates(r)
        return r

    async def do_catch_up(self):
        """Everything since the last time (the first time: nothing), as events: Pyrogram has no such thing itself."""
        if not os.path.exists(self.noted):
            now = await self.client.invoke(raw.functions.updates.GetState())
        else:
            with open(self.noted) as f:
                pts, date = json.load(f)
            while True:
                d = await self.client.invoke(raw.functions.updates.GetDifference(pts=pts, date=date, qts=1))
                if isinstance(d, raw.types.updates.DifferenceEmpty):
                    now = raw.types.updates.State(pts=pts, qts=1, date=d.date, seq=0, unread_count=0)
                    break
                born = [raw.types.UpdateNewMessage(message=m, pts=0, pts_count=0) for m in d.new_messages]
                await self.client.handle_updates(raw.types.Updates(
                    updates=[*born, *d.other_updates], users=d.users, chats=d.chats, date=0, seq=0))
                now = getattr(d, 'state', None) or d.intermediate_state
                pts, date = now.pts, now.date
                if isinstance(d, raw.types.updates.Difference):
                    break
        with open(self.noted, 'w') as f:
            json.dump([now.pts, now.date], f)

    async def do_config(self):
        c = await self.client.invoke(raw.functions.help.GetConfig())
        near = await self.client.invoke(raw.functions.help.GetNearestDc())
        return {'this_dc': c.this_dc, 'nearest_dc': near.nearest_dc, 'dcs': sorted({o.id for o in c.dc_options})}

    async def do_sign_in(self, phone, code, first=None, last=''):
        sent = await self.client.send_code(phone)
        u = await self.client.sign_in(phone, sent.phone_code_hash, code)
        if not isinstance(u, pyrogram.types.User):
            if first is None:
                raise errors.PhoneNumberUnoccupied
            u = await self.client.sign_up(phone, sent.phone_code_hash, first, last)
        await self.start()
        return user(u)

    async def do_sign_in_bot(self, token):
        await self.client.sign_in_bot(token)
        await self.start()
        return user(self.client.me)

    async def do_keyboard(self, to, text, rows):
        """A message with buttons under it: rows of [text, data]."""
        made = [[pyrogram.types.InlineKeyboardButton(t, callback_data=d) for t, d in row] for row in rows]
        return message(await self.client.send_message(to, text, reply_markup=pyrogram.types.InlineKeyboardMarkup(made)))

    async def do_commands(self, commands):
        return await self.client.set_bot_commands([pyrogram.types.BotCommand(c, d) for c, d in commands])

    async def do_answer(self, query, text='', alert=False):
        return await self.client.answer_callback_query(query, text, show_alert=alert)

    async def do_answer_inline(self, query, results, cache_time=0):
        """Articles: [id, title, text]."""
        made = [pyrogram.types.InlineQueryResultArticle(title, pyrogram.types.InputTextMessageContent(text), id=i)
                for i, title, text in results]
        return await self.client.answer_inline_query(query, made, cache_time=cache_time)

    async def do_me(self):
        return user(await self.client.get_me())

    async def do_add_contact(self, phone, first, last=''):
        r = await self.client.import_contacts([pyrogram.types.InputPhoneContact(phone, first, last)])
        return raw_user(r.users[0]) if r.users else None

    async def do_contacts(self):
        return [user(u) for u in await self.client.get_contacts()]

    async def do_set_username(self, username):
        await self.client.set_username(username)
        return user(await self.client.get_me())

    async def do_set_name(self, first, last=''):
        return raw_user(await self.client.invoke(raw.functions.account.UpdateProfile(first_name=first, last_name=last)))

    async def do_user(self, id):
        return user(await self.client.get_users(id))

    async def do_blocked(self):
        r = await self.client.invoke(raw.functions.contacts.GetBlocked(offset=0, limit=100))
        return [b.peer_id.user_id for b in r.blocked]

    async def do_pins(self, of):
        found = self.client.search_messages(of, filter=pyrogram.enums.MessagesFilter.PINNED)
        return [m.id async for m in found]

    async def do_resolve(self, username):
        return user(await self.client.get_users(username))

    async def entities(self, spans):
        """[[kind, offset, length, url or user or language]] as the library's own"""
        made = []
        for kind, offset, length, *more in spans:
            at = {'offset': offset, 'length': length}
            if kind == 'mentionname':
                p = await self.client.resolve_peer(more[0])
                who = raw.types.InputUser(user_id=p.user_id, access_hash=p.access_hash)
                made.append(raw.types.InputMessageEntityMentionName(user_id=who, **at))
            else:
                made.append(RAW[kind](**at, **({MORE[kind]: (more or [''])[0]} if kind in MORE else {})))
        return made

    async def do_send(self, to, text, reply_to=None, random_id=None, entities=(), quote='', clear_draft=False):
        if random_id is not None:
            r = await self.take(await self.client.invoke(raw.functions.messages.SendMessage(
                peer=await self.client.resolve_peer(to), message=text, random_id=int(random_id), reply_to_msg_id=reply_to,
                clear_draft=clear_draft, entities=await self.entities(entities))))
            m = next(u.message for u in r.updates if hasattr(u, 'message'))
            return {'id': m.id, 'peer': to, 'out': bool(m.out), 'text': m.message, 'date': m.date}
        return message(await self.client.send_message(to, text, reply_to_message_id=reply_to,
                                                      parse_mode=pyrogram.enums.ParseMode.DISABLED))

    async def do_send_file(self, to, path, photo=False, caption=''):
        if photo:
            return message(await self.client.send_photo(to, path, caption=caption))
        return message(await self.client.send_document(to, path, caption=caption, force_document=True))

    async def do_send_album(self, to, paths, caption=''):
        media = [pyrogram.types.InputMediaPhoto(p, caption='' if i else caption) for i, p in enumerate(paths)]
        return [message(m) for m in await self.client.send_media_group(to, media)]

    async def do_download(self, of, id, path):
        return await self.client.download_media(await self.client.get_messages(of, id), file_name=path)

    async def do_edit(self, to, id, text, entities=None):
        if entities is not None:
            r = await self.take(await self.client.invoke(raw.functions.messages.EditMessage(
                peer=await self.client.resolve_peer(to), id=id, message=text, entities=await self.entities(entities))))
            m = next(u.message for u in r.updates if hasattr(u, 'message'))
            return {'id': m.id, 'text': m.message}
        return message(await self.client.edit_message_text(to, id, text, parse_mode=pyrogram.enums.ParseMode.DISABLED))

    async def do_delete(self, to, ids, revoke=True):
        await self.client.delete_messages(to, ids, revoke=revoke)

    async def do_read(self, to, up_to):
        await self.client.read_chat_history(to, up_to)

    async def do_forward(self, to, source, ids, random_ids=None):
        if random_ids is not None:
            r = await self.take(await self.client.invoke(raw.functions.messages.ForwardMessages(
                from_peer=await self.client.resolve_peer(source), to_peer=await self.client.resolve_peer(to), id=ids,
                random_id=[int(n) for n in random_ids])))
            return [{'id': u.message.id, 'text': u.message.message} for u in r.updates if hasattr(u, 'message')]
        return [message(m) for m in await self.client.forward_messages(to, source, ids)]

    async def do_typing(self, to):
        await self.client.send_chat_action(to, pyrogram.enums.ChatAction.TYPING)

    async def do_history(self, of, limit=None, before=0):
        return [message(m) async for m in self.client.get_chat_history(of, limit=limit or 0, offset_id=before)]

    async def do_search(self, query, of=None, limit=100):
        found = self.client.search_messages(of, query, limit=limit) if of else self.client.search_global(query, limit=limit)
        return [message(m) async for m in found]

    async def do_dialogs(self):
        return [{'peer': d.chat.id, 'top': d.top_message.id if d.top_message else 0, 'unread': d.unread_messages_count}
                async for d in self.client.get_dialogs()]

    async def do_chats(self):
        lists = [await self.client.invoke(raw.functions.messages.GetDialogs(
            offset_date=0, offset_id=0, offset_peer=raw.types.InputPeerEmpty(), limit=100, hash=0, folder_id=folder)) for folder in (0, 1)]
        return [{'peer': peer_id(d.peer), 'top': d.top_message, 'unread': d.unread_count,
                 'read_in': d.read_inbox_max_id, 'read_out': d.read_outbox_max_id, 'mark': bool(d.unread_mark),
                 'pinned': bool(d.pinned), 'folder': d.folder_id or 0, 'draft': getattr(d.draft, 'message', '')}
                for r in lists for d in r.dialogs]

    async def do_pin(self, to, id, pinned=True, oneside=False):
        await self.take(await self.client.invoke(raw.functions.messages.UpdatePinnedMessage(
            peer=await self.client.resolve_peer(to), id=id, unpin=not pinned, pm_oneside=oneside)))

    async def do_draft(self, to, text):
        await self.client.invoke(raw.functions.messages.SaveDraft(peer=await self.client.resolve_peer(to), message=text))

    async def do_mark(self, to, unread):
        peer = raw.types.InputDialogPeer(peer=await self.client.resolve_peer(to))
        await self.client.invoke(raw.functions.messages.MarkDialogUnread(peer=peer, unread=unread))

    async def do_pin_chat(self, to, pinned):
        peer = raw.types.InputDialogPeer(peer=await self.client.resolve_peer(to))
        await self.client.invoke(raw.functions.messages.ToggleDialogPin(peer=peer, pinned=pinned))

    async def do_archive(self, to, archived):
        peer = raw.types.InputFolderPeer(peer=await self.client.resolve_peer(to), folder_id=int(archived))
        await self.take(await self.client.invoke(raw.functions.folders.EditPeerFolders(folder_peers=[peer])))

    async def do_block(self, who, blocked):
        await (self.client.block_user(who) if blocked else self.client.unblock_user(who))

    async def do_group(self, of):
        r = await self.client.invoke(raw.functions.messages.GetFullChat(chat_id=-of))
        chat = next(c for c in r.chats if c.id == -of)
        members = getattr(r.full_chat.participants, 'participants', [])
        return {'title': chat.title, 'count': getattr(chat, 'participants_count', 0),
                'members': {str(p.user_id): type(p).__name__.removeprefix('ChatParticipant').lower() for p in members}}

    async def do_request(self, name, channel, **fields):
        """Any raw request to a channel: `name` as 'channels.GetForumTopics'; its answer as plain data."""
        space, kind = name.split('.')
        p = await self.client.resolve_peer(channel)
        if space == 'channels':
            fields['channel'] = raw.types.InputChannel(channel_id=p.channel_id, access_hash=p.access_hash)
        else:
            fields['peer'] = p
        r = await self.client.invoke(getattr(getattr(raw.functions, space), kind)(**fields))
        return json.loads(str(r))

    async def do_log_out(self):
        await self.client.invoke(raw.functions.auth.LogOut())

    async def do_disconnect(self):
        if self.client.is_initialized:
            await self.client.terminate()
        await self.client.disconnect()


def describe(e):
    if isinstance(e, errors.RPCError):
        return e.CODE, str(e.ID or e)
    return None, repr(e)


async def main():
    await serve(Driver(), describe)
    os._exit(0)  # its executor threads may wait for a connection for ever

asyncio.run(main())
