"""What files are beyond their bytes, by Pyrogram."""
from pyrogram import raw, types
from media_words import about


class Media:
    async def raw_media(self, id):
        r = await self.client.invoke(raw.functions.messages.GetMessages(id=[raw.types.InputMessageID(id=id)]))
        return r.messages[0].media

    async def do_send_media(self, to, kind, path, thumb=None, duration=0, w=0, h=0, waveform='', ttl=None, caption=''):
        c = self.client
        if kind == 'video':
            m = await c.send_video(to, path, caption=caption, duration=duration, width=w, height=h, thumb=thumb, ttl_seconds=ttl)
        elif kind == 'voice':  # it has no word for a waveform
            m = await c.send_voice(to, path, caption=caption, duration=duration)
        elif kind == 'gif':
            m = await c.send_animation(to, path, caption=caption)
        else:
            m = await c.send_photo(to, path, caption=caption, ttl_seconds=ttl)
        return {'id': m.id, 'text': m.caption}

    async def do_media(self, of, id):
        return about(await self.raw_media(id))

    async def do_edit_media(self, to, id, path, caption):
        m = await self.client.edit_message_media(to, id, types.InputMediaDocument(path, caption=caption))
        return {'id': m.id, 'text': m.caption}

    async def do_open(self, of, id):
        await self.client.invoke(raw.functions.messages.ReadMessageContents(id=[id]))

    async def do_remote(self, of, id):
        """The library's own name of a file, which carries its access hash and reference."""
        m = await self.client.get_messages(of, id)
        return (m.document or m.video).file_id

    async def do_download_remote(self, remote, path):
        """Pyrogram writes of a refused file into its log and returns nothing."""
        return await self.client.download_media(remote, file_name=path)

    async def do_sticker_set(self, name):
        r = await self.client.invoke(raw.functions.messages.GetStickerSet(
            stickerset=raw.types.InputStickerSetShortName(short_name=name), hash=0))
        await self.client.invoke(raw.functions.messages.InstallStickerSet(
            stickerset=raw.types.InputStickerSetID(id=r.set.id, access_hash=r.set.access_hash), archived=False))
        mine = await self.client.invoke(raw.functions.messages.GetAllStickers(hash=0))
        return {'title': r.set.title, 'mimes': [d.mime_type for d in r.documents], 'emoji': [p.emoticon for p in r.packs],
                'installed': r.set.id in [s.id for s in mine.sets]}

    async def do_set_photo(self, path):
        await self.client.set_profile_photo(photo=path)

    async def do_photos(self, of):
        return [p.file_unique_id async for p in self.client.get_chat_photos(of)]

    async def do_download_photo(self, of, path):
        chat = await self.client.get_chat(of)
        return await self.client.download_media(chat.photo.big_file_id, file_name=path)

    async def do_delete_photo(self):
        async for p in self.client.get_chat_photos('me', limit=1):
            await self.client.delete_profile_photos(p.file_id)
