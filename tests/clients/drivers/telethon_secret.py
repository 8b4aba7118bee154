"""Secret chats, by Telethon, which has the calls alone: what is said is bytes that mean nothing, but the numbers are real ones."""
import datetime
import functools
import inspect
import os

from telethon import functions, types, utils
from driver import event

m = functions.messages


def chat(c):
    return {'state': type(c).__name__.removeprefix('EncryptedChat').lower() or 'open', 'id': c.id,
            'hash': str(getattr(c, 'access_hash', 0)), 'fingerprint': str(getattr(c, 'key_fingerprint', 0)),
            'g': (getattr(c, 'g_a', None) or getattr(c, 'g_a_or_b', b'')).hex()}


def secret_file(f):
    return {'id': str(f.id), 'hash': str(f.access_hash), 'size': f.size, 'dc': f.dc_id, 'fingerprint': f.key_fingerprint} \
        if isinstance(f, types.EncryptedFile) else None


def secret_message(o):
    return {'random_id': str(o.random_id), 'chat': o.chat_id, 'bytes': o.bytes.hex(),
            'service': isinstance(o, types.EncryptedMessageService), 'file': secret_file(getattr(o, 'file', None))}


def on_secret_update(u):
    name = type(u).__name__
    if name == 'UpdateEncryption':
        event('encryption', chat=chat(u.chat))
    elif name == 'UpdateNewEncryptedMessage':
        event('secret', qts=u.qts, message=secret_message(u.message))
    elif name == 'UpdateEncryptedChatTyping':
        event('secret_typing', chat=u.chat_id)
    elif name == 'UpdateEncryptedMessagesRead':
        event('secret_read', chat=u.chat_id, until=u.max_date if isinstance(u.max_date, int) else int(u.max_date.timestamp()))


class Secret:
    async def number(self):
        """g^x, and x."""
        c = await self.client(m.GetDhConfigRequest(0, 256))
        x = int.from_bytes(os.urandom(256), 'big') ^ int.from_bytes(c.random, 'big')
        return c.g, int.from_bytes(c.p, 'big'), x

    async def do_secret_ask(self, to, id):
        g, p, x = await self.number()
        self.secret = p, x
        who = utils.get_input_user(await self.client.get_input_entity(to))
        return chat(await self.client(m.RequestEncryptionRequest(who, pow(g, x, p).to_bytes(256, 'big'), random_id=id)))

    async def do_secret_accept(self, id, hash, g, fingerprint):
        base, p, x = await self.number()
        c = chat(await self.client(m.AcceptEncryptionRequest(types.InputEncryptedChat(id, int(hash)),
                                                             pow(base, x, p).to_bytes(256, 'big'), int(fingerprint))))
        return {**c, 'key': '%x' % pow(int(g, 16), x, p)}

    def do_secret_key(self, g):
        """That of who asked, once he knows the other's number."""
        p, x = self.secret
        return '%x' % pow(int(g, 16), x, p)

    async def do_secret_send(self, id, hash, random_id, bytes, path=None, service=False):
        peer = types.InputEncryptedChat(id, int(hash))
        if path:
            f = await self.client.upload_file(path)
            big = isinstance(f, types.InputFileBig)
            given = types.InputEncryptedFileBigUploaded(f.id, f.parts, 7) if big else \
                types.InputEncryptedFileUploaded(f.id, f.parts, f.md5_checksum or '', 7)
            r = await self.client(m.SendEncryptedFileRequest(peer, bytes_of(bytes), given, random_id=int(random_id)))
            return {'date': int(r.date.timestamp()), 'file': secret_file(r.file)}
        call = m.SendEncryptedServiceRequest if service else m.SendEncryptedRequest
        r = await self.client(call(peer, bytes_of(bytes), random_id=int(random_id)))
        return {'date': int(r.date.timestamp()), 'file': None}

    async def do_secret_download(self, file, path):
        with open(path, 'wb') as out:
            while True:
                at = types.InputEncryptedFileLocation(int(file['id']), int(file['hash']))
                r = await self.client(functions.upload.GetFileRequest(at, out.tell(), 131072))
                out.write(r.bytes)
                if len(r.bytes) < 131072:
                    return path

    async def do_secret_missed(self, qts):
        now = await self.client(functions.updates.GetStateRequest())
        d = await self.client(functions.updates.GetDifferenceRequest(pts=now.pts, date=now.date, qts=qts))
        return {'qts': now.qts, 'messages': [secret_message(x) for x in getattr(d, 'new_encrypted_messages', [])]}

    async def do_secret_received(self, qts):
        return [str(x) for x in await self.client(m.ReceivedQueueRequest(qts))]

    async def do_secret_read(self, id, hash, until):
        return await self.client(m.ReadEncryptedHistoryRequest(types.InputEncryptedChat(id, int(hash)), datetime.datetime.fromtimestamp(until, datetime.timezone.utc)))

    async def do_secret_typing(self, id, hash):
        return await self.client(m.SetEncryptedTypingRequest(types.InputEncryptedChat(id, int(hash)), True))

    async def do_secret_end(self, id):
        return await self.client(m.DiscardEncryptionRequest(id))

    # By a plugin of others, which encrypts.
    async def do_plugin_start(self):
        """Takes whatever chat is asked for; tells of what is said there."""
        import telethon_secret_chat
        methods = inspect.getmodule(telethon_secret_chat.SecretChatManager.start_secret_chat)

        class Chat(methods.SecretChat):
            """It begins with MTProto 1.0, and goes back to the layer of what it hears; TDLib takes neither any more."""
            layer = property(lambda self: methods.DEFAULT_LAYER, lambda self, layer: None)
            __init__ = functools.partialmethod(methods.SecretChat.__init__, mtproto=2)
        methods.SecretChat = Chat

        async def heard(e):
            o = e.decrypted_event
            size = getattr(getattr(o, 'media', None), 'size', None)
            path = None
            if size:
                path = 'plugin-%d' % o.random_id
                with open(path, 'wb') as f:
                    f.write((await self.plugin.download_secret_media(o))[:size])
            event('plugin', chat=e.message.chat_id, text=getattr(o, 'message', None), path=path and os.path.abspath(path))
        self.plugin = telethon_secret_chat.SecretChatManager(self.client, auto_accept=True)
        self.plugin.add_secret_event_handler(func=heard)

    async def do_plugin_ask(self, to):
        return await self.plugin.start_secret_chat(to)

    async def do_plugin_say(self, chat, text):
        await self.plugin.send_secret_message(chat, text)

    async def do_plugin_send(self, chat, path):
        size = os.path.getsize(path)
        await self.plugin.send_secret_document(chat, path, b'', 0, 0, os.path.basename(path), 'application/octet-stream', size)


bytes_of = bytes.fromhex
