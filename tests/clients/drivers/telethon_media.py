"""What files are beyond their bytes, by Telethon: video, voice, what is seen once, changed media, stickers, profile photos."""
from telethon import functions, types, utils
from media_words import about, attributes


class Media:
    async def do_send_media(self, to, kind, path, thumb=None, duration=0, w=0, h=0, waveform='', ttl=None, caption=''):
        how = {'video': [types.DocumentAttributeVideo(duration, w, h, supports_streaming=True)],
               'voice': [types.DocumentAttributeAudio(duration, voice=True, waveform=bytes.fromhex(waveform) or None)]}
        m = await self.client.send_file(to, path, caption=caption, thumb=thumb, attributes=how.get(kind), ttl=ttl,
                                        voice_note=kind == 'voice', parse_mode=None)
        return {'id': m.id, 'text': m.message}

    async def do_media(self, of, id):
        return about((await self.client.get_messages(of, ids=id)).media)

    async def do_edit_media(self, to, id, path, caption):
        m = await self.client.edit_message(to, id, caption, file=path, force_document=True, parse_mode=None)
        return {'id': m.id, 'text': m.message}

    async def do_open(self, of, id):
        await self.client(functions.messages.ReadMessageContentsRequest([id]))

    async def do_location(self, of, id):
        """What upload.getFile wants of a document: it is this account's own."""
        d = (await self.client.get_messages(of, ids=id)).media.document
        return {'id': d.id, 'access_hash': d.access_hash, 'reference': d.file_reference.hex()}

    async def do_fetch_location(self, id, access_hash, reference):
        at = types.InputDocumentFileLocation(id, access_hash, bytes.fromhex(reference), '')
        return len((await self.client(functions.upload.GetFileRequest(at, 0, 4096))).bytes)

    async def do_sticker_set(self, name):
        """Installs it, and tells of its stickers."""
        r = await self.client(functions.messages.GetStickerSetRequest(types.InputStickerSetShortName(name), 0))
        await self.client(functions.messages.InstallStickerSetRequest(types.InputStickerSetID(r.set.id, r.set.access_hash), False))
        mine = await self.client(functions.messages.GetAllStickersRequest(0))
        return {'title': r.set.title, 'mimes': [d.mime_type for d in r.documents], 'emoji': [p.emoticon for p in r.packs],
                'installed': r.set.id in [s.id for s in mine.sets]}

    async def do_send_sticker(self, to, set, place):
        r = await self.client(functions.messages.GetStickerSetRequest(types.InputStickerSetShortName(set), 0))
        m = await self.client.send_file(to, r.documents[place])
        return {'id': m.id}

    async def do_recent_stickers(self):
        r = await self.client(functions.messages.GetRecentStickersRequest(0))
        return [attributes(d)['Sticker'].alt for d in r.stickers]

    async def do_set_photo(self, path, video=False, start=None, sticker=None, colours=None):
        """Also with the sticker, the first of a set, that clients are to draw in its place on these colours."""
        f = await self.client.upload_file(path)
        how = {'video': f, 'video_start_ts': start} if video else {'file': f}
        if sticker:
            named = types.InputStickerSetShortName(sticker)
            r = await self.client(functions.messages.GetStickerSetRequest(named, 0))
            how['video_emoji_markup'] = types.VideoSizeStickerMarkup(named, r.documents[0].id, colours)
        await self.client(functions.photos.UploadProfilePhotoRequest(**how))

    async def do_photo_of(self, of):
        """What is shown of somebody, and what moves of it."""
        who = utils.get_input_user(await self.client.get_input_entity(of))
        u = (await self.client(functions.users.GetUsersRequest([who])))[0]
        full = (await self.client(functions.users.GetFullUserRequest(who))).full_user
        photo = full.personal_photo or full.profile_photo
        size = (photo.video_sizes or [None])[0] if photo else None
        return {'id': str(u.photo.photo_id), 'personal': bool(u.photo.personal), 'moves': bool(u.photo.has_video),
                'start': size.video_start_ts if size else None, 'side': size.w if size else None} if u.photo else None

    async def do_set_group_photo(self, of, path, start):
        photo = types.InputChatUploadedPhoto(video=await self.client.upload_file(path), video_start_ts=start)
        await self.client(functions.channels.EditPhotoRequest(await self.client.get_input_entity(of), photo))

    async def do_group_photo(self, of):
        """What moves of a supergroup's photo; None: nothing does."""
        full = (await self.client(functions.channels.GetFullChannelRequest(await self.client.get_input_entity(of)))).full_chat
        size = (getattr(full.chat_photo, 'video_sizes', None) or [None])[0]
        return {'id': str(full.chat_photo.id), 'start': size.video_start_ts, 'side': size.w} if size else None

    async def do_drawn(self, of):
        """What clients are to draw in the place of somebody's photo; None: nothing."""
        who = utils.get_input_user(await self.client.get_input_entity(of))
        photo = (await self.client(functions.users.GetFullUserRequest(who))).full_user.profile_photo
        for v in getattr(photo, 'video_sizes', None) or []:
            if not isinstance(v, types.VideoSize):
                emoji, sticker = getattr(v, 'emoji_id', None), getattr(v, 'sticker_id', None)
                return {'emoji': emoji and str(emoji), 'set': sticker and str(v.stickerset.id), 'sticker': sticker and str(sticker),
                        'colours': v.background_colors}
        return None

    async def do_download_moving(self, of, path):
        photo = (await self.client.get_profile_photos(of))[0]
        at = types.InputPhotoFileLocation(photo.id, photo.access_hash, photo.file_reference, 'u')
        return await self.client.download_file(at, path) or path

    async def do_personal_photo(self, of, path=None):
        await self.client(functions.photos.UploadContactProfilePhotoRequest(
            await self.client.get_input_entity(of), save=True, file=await self.client.upload_file(path) if path else None))

    async def do_propose_photo(self, to, path):
        await self.client(functions.photos.UploadContactProfilePhotoRequest(
            await self.client.get_input_entity(to), suggest=True, file=await self.client.upload_file(path)))

    async def do_take_proposed(self, of):
        """The photo that the newest message of the chat proposes becomes one's own: its id."""
        p = (await self.client.get_messages(of, limit=1))[0].action.photo
        await self.client(functions.photos.UpdateProfilePhotoRequest(types.InputPhoto(p.id, p.access_hash, p.file_reference)))
        return str(p.id)

    async def do_photos(self, of):
        return [str(p.id) for p in await self.client.get_profile_photos(of)]

    async def do_download_photo(self, of, path):
        return await self.client.download_profile_photo(of, path)

    async def do_delete_photo(self):
        p = (await self.client.get_profile_photos('me'))[0]
        await self.client(functions.photos.DeletePhotosRequest([types.InputPhoto(p.id, p.access_hash, p.file_reference)]))
