// What files are beyond their bytes, by TDLib.
import fs from 'node:fs';

const local = (path) => ({ '@type': 'inputFileLocal', path });
const still = (path) => ({ '@type': 'inputChatPhotoStatic', photo: local(path) });
const moving = (path, start) => ({ '@type': 'inputChatPhotoAnimation', animation: local(path), main_frame_timestamp: start });
const words = (text) => ({ '@type': 'formattedText', text });
const hex = (base64) => Buffer.from(base64 ?? '', 'base64').toString('hex');
const once = (ttl) => (ttl ? { '@type': 'messageSelfDestructTypeImmediately' } : undefined);
const formats = { png: 'stickerFormatWebp', webp: 'stickerFormatWebp', tgs: 'stickerFormatTgs' };
const mimes = { stickerFormatWebp: 'image/webp', stickerFormatTgs: 'application/x-tgsticker', stickerFormatWebm: 'video/webm' };
const ended = /^messageExpired/;

function content(kind, { path, thumb, duration, w, h, waveform, ttl, caption }) {
  const thumbnail = thumb ? { '@type': 'inputThumbnail', thumbnail: local(thumb), width: 320, height: 240 } : undefined;
  switch (kind) {
    case 'video': {
      const video = { '@type': 'inputVideo', video: local(path), thumbnail, duration, width: w, height: h, supports_streaming: true };
      return { '@type': 'inputMessageVideo', video, self_destruct_type: once(ttl), caption: words(caption) };
    }
    case 'voice':
      return { '@type': 'inputMessageVoiceNote', voice_note: local(path), duration, waveform: Buffer.from(waveform, 'hex').toString('base64'), caption: words(caption) };
    case 'gif':
      return { '@type': 'inputMessageAnimation', animation: { '@type': 'inputAnimation', animation: local(path), width: w, height: h }, caption: words(caption) };
    case 'photo':
      return { '@type': 'inputMessagePhoto', photo: { '@type': 'inputPhoto', photo: local(path) }, self_destruct_type: once(ttl), caption: words(caption) };
  }
}

function about(c) {
  const kinds = { messagePhoto: 'photo', messageVideo: 'video', messageVoiceNote: 'voice', messageAnimation: 'gif', messageSticker: 'sticker', messageDocument: 'document' };
  const kind = ended.test(c['@type']) ? 'expired' : (kinds[c['@type']] ?? null);
  const o = c.video ?? c.voice_note ?? c.animation ?? c.sticker ?? c.document ?? {};
  const file = o.video ?? o.voice ?? o.animation ?? o.sticker ?? o.document;
  return {
    kind,
    ttl: c.is_secret ? 2 ** 31 - 1 : 0,
    thumbs: o.thumbnail ? ['m'] : [],
    size: file?.size,
    mime: o.mime_type ?? mimes[o.format?.['@type']],
    duration: o.duration ?? 0,
    w: o.width ?? 0,
    h: o.height ?? 0,
    waveform: hex(o.waveform),
    emoji: o.emoji ?? '',
  };
}

const file = (c) => c.document?.document ?? c.video?.video;

// td(): the client, once it is there; tools: chat, sent, tdId of the driver.
export const media = (td, { chat, sent, tdId }) => {
  const message = async (of, id) => td().call('getMessage', { chat_id: await chat(of), message_id: tdId(id) });
  const fetched = async (id, path) => {
    const done = await td().call('downloadFile', { file_id: id, priority: 32, offset: 0, limit: 0, synchronous: true }, 300000);
    fs.copyFileSync(done.local.path, path);
    return path;
  };
  const photos = async (user_id) => (await td().call('getUserProfilePhotos', { user_id, offset: 0, limit: 100 })).photos;
  return {
    async send_media({ to, kind, path, thumb, duration = 0, w = 0, h = 0, waveform = '', ttl, caption = '' }) {
      const chat_id = await chat(to);
      const input_message_content = content(kind, { path, thumb, duration, w, h, waveform, ttl, caption });
      return sent(() => td().call('sendMessage', { chat_id, input_message_content }), 120000);
    },
    media: async ({ of, id }) => about((await message(of, id)).content),
    async edit_media({ to, id, path, caption }) {
      const document = { '@type': 'inputDocument', document: local(path), disable_content_type_detection: true };
      const input_message_content = { '@type': 'inputMessageDocument', document, caption: words(caption) };
      const m = await td().call('editMessageMedia', { chat_id: await chat(to), message_id: tdId(id), input_message_content }, 60000);
      return { id, text: m.content.caption.text };
    },
    async open({ of, id }) {
      await td().call('openMessageContent', { chat_id: await chat(of), message_id: tdId(id) });
    },
    remote: async ({ of, id }) => file((await message(of, id)).content).remote.id,
    async download_remote({ remote, path }) {
      const f = await td().call('getRemoteFile', { remote_file_id: remote });
      return fetched(f.id, path);
    },
    // How much of a file is here already.
    async downloaded({ of, id }) {
      return file((await message(of, id)).content).local.downloaded_size;
    },
    async create_sticker_set({ name, title, stickers }) {
      const all = stickers.map(({ path, emoji }) => ({
        '@type': 'inputSticker', sticker: local(path), format: { '@type': formats[path.split('.').at(-1)] }, emojis: emoji,
      }));
      const s = await td().call('createNewStickerSet', { title, name, sticker_type: { '@type': 'stickerTypeRegular' }, stickers: all });
      return s.stickers.map((x) => mimes[x.format['@type']]);
    },
    async sticker_set({ name }) {
      const s = await td().call('searchStickerSet', { name });
      await td().call('changeStickerSet', { set_id: s.id, is_installed: true });
      const { sets } = await td().call('getInstalledStickerSets', { sticker_type: { '@type': 'stickerTypeRegular' } });
      return {
        title: s.title,
        mimes: s.stickers.map((x) => mimes[x.format['@type']]),
        emoji: s.emojis.flatMap((e) => e.emojis),
        installed: sets.some((x) => x.id === s.id),
      };
    },
    async send_sticker({ to, set, place }) {
      const s = await td().call('searchStickerSet', { name: set });
      // As an app that shows them: asked for only now, it would compare a list with the hash of one without this sticker.
      await td().call('getRecentStickers', { is_attached: false });
      const chat_id = await chat(to);
      const sticker = { '@type': 'inputFileId', id: s.stickers[place].sticker.id };
      return sent(() => td().call('sendMessage', { chat_id, input_message_content: { '@type': 'inputMessageSticker', sticker } }));
    },
    recent_stickers: async () => (await td().call('getRecentStickers', { is_attached: false })).stickers.map((s) => s.emoji),
    async set_photo({ path, video = false, start = 0 }) {
      await td().call('setProfilePhoto', { photo: video ? moving(path, start) : still(path), is_public: false }, 60000);
    },
    async photo_of({ of }) {
      const { profile_photo: p } = await td().call('getUser', { user_id: of });
      const full = await td().call('getUserFullInfo', { user_id: of });
      const a = (full.personal_photo ?? full.photo)?.animation;
      return p ? { id: p.id, personal: p.is_personal, moves: p.has_animation, start: a?.main_frame_timestamp, side: a?.length } : null;
    },
    async download_moving({ of, path }) {
      return fetched((await photos(of))[0].animation.file.id, path);
    },
    async personal_photo({ of, path }) {
      await td().call('setUserPersonalProfilePhoto', { user_id: of, photo: path ? still(path) : null }, 60000);
    },
    async propose_photo({ to, path }) {
      await td().call('suggestUserProfilePhoto', { user_id: to, photo: still(path) }, 60000);
    },
    async take_proposed({ of }) {
      const { messages } = await td().call('getChatHistory', { chat_id: await chat(of), from_message_id: 0, offset: 0, limit: 1 });
      const { id } = messages[0].content.photo;
      await td().call('setProfilePhoto', { photo: { '@type': 'inputChatPhotoPrevious', chat_photo_id: id }, is_public: false }, 60000);
      return id;
    },
    photos: async ({ of }) => (await photos(of)).map((p) => p.id),
    async download_photo({ of, path }) {
      return fetched((await photos(of))[0].sizes.at(-1).photo.id, path);
    },
    async delete_photo() {
      const { id } = await td().call('getMe');
      await td().call('deleteProfilePhoto', { profile_photo_id: (await photos(id))[0].id });
    },
    // One of the reactions that are offered, with the size of each of its animations after a download.
    async reaction({ emoji }) {
      const r = await td().call('getEmojiReaction', { emoji });
      const got = {};
      for (const part of ['static_icon', 'appear_animation', 'select_animation', 'activate_animation', 'effect_animation', 'around_animation', 'center_animation']) {
        const s = r[part];
        const done = await td().call('downloadFile', { file_id: s.sticker.id, priority: 32, offset: 0, limit: 0, synchronous: true }, 60000);
        got[part] = { format: s.format['@type'], path: done.local.path, size: done.size };
      }
      return { active: r.is_active, title: r.title, parts: got };
    },
  };
};
