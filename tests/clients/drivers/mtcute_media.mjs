// What files are beyond their bytes, by mtcute.
import fs from 'node:fs';
import path from 'node:path';
import { about } from './raw_words.mjs';

const local = (file) => `file:${file}`;

// Samples of 5 bits, as the wire packs them.
const samples = (hex) => {
  const b = Buffer.from(hex, 'hex');
  return Array.from({ length: Math.floor((b.length * 8) / 5) }, (_, i) => (((b[(i * 5) >> 3] ?? 0) | ((b[((i * 5) >> 3) + 1] ?? 0) << 8)) >> ((i * 5) & 7)) & 31);
};

// client(): the client, once it is there.
export const media = (client) => {
  const input = ({ kind, path: file, thumb, duration, w, h, waveform, ttl, caption }) => {
    const base = { type: kind, file: local(file), fileName: path.basename(file), caption, ttlSeconds: ttl ?? undefined };
    if (kind === 'video') return { ...base, thumb: thumb && local(thumb), duration, width: w, height: h, supportsStreaming: true };
    if (kind === 'gif') return { ...base, type: 'video', isAnimated: true, fileMime: 'image/gif' };
    return kind === 'voice' ? { ...base, duration, waveform: waveform ? samples(waveform) : undefined } : base;
  };
  const set = (name) => client().getStickerSet(name);
  return {
    async send_media({ to, caption = '', ...about }) {
      const m = await client().sendMedia(to, input({ caption, ...about }), { caption });
      return { id: m.id, text: m.text };
    },
    media: async ({ of, id }) => about((await client().getMessages(of, id))[0].raw.media),
    async edit_media({ to, id, path: file, caption }) {
      const m = await client().editMessage({ chatId: to, message: id, media: { type: 'document', file: local(file), fileName: path.basename(file), caption } });
      return { id: m.id, text: m.text };
    },
    open: ({ id }) => client().call({ _: 'messages.readMessageContents', id: [id] }),
    remote: async ({ of, id }) => (await client().getMessages(of, id))[0].media.fileId,
    async download_remote({ remote, path: file }) {
      fs.writeFileSync(file, await client().downloadAsBuffer(remote));
      return file;
    },
    async create_sticker_set({ name, title, stickers }) {
      const all = [];
      for (const { path: file, emoji } of stickers) {
        const mime = file.endsWith('.tgs') ? 'application/x-tgsticker' : 'image/webp';
        const up = await client().uploadFile({ file, fileName: path.basename(file), fileMime: mime });
        all.push({ file: await client().uploadMedia({ type: 'document', file: up, fileName: path.basename(file), fileMime: mime }).then((m) => m.inputMedia.id), emojis: emoji });
      }
      const s = await client().createStickerSet({ owner: 'self', title, shortName: name, stickers: all });
      return s.stickers.map((x) => x.sticker.mimeType);
    },
    async sticker_set({ name }) {
      const s = await set(name);
      await client().call({ _: 'messages.installStickerSet', stickerset: { _: 'inputStickerSetID', id: s.brief.id, accessHash: s.brief.accessHash }, archived: false });
      const mine = await client().getInstalledStickers();
      return {
        title: s.title,
        mimes: s.stickers.map((x) => x.sticker.mimeType),
        emoji: s.stickers.map((x) => x.emoji),
        installed: mine.some((x) => x.brief.id.eq(s.brief.id)),
      };
    },
    async send_sticker({ to, set: name, place }) {
      const m = await client().sendMedia(to, (await set(name)).stickers[place].sticker.inputMedia);
      return { id: m.id };
    },
    async set_photo({ path: file }) {
      await client().setMyProfilePhoto({ type: 'photo', media: local(file) });
    },
    photos: async ({ of }) => (await client().getProfilePhotos(of)).map((p) => p.id.toString()),
    async download_photo({ of, path: file }) {
      const [p] = await client().getProfilePhotos(of, { limit: 1 });
      fs.writeFileSync(file, await client().downloadAsBuffer(p));
      return file;
    },
    async delete_photo() {
      const [p] = await client().getProfilePhotos('self', { limit: 1 });
      await client().deleteProfilePhotos(p.inputPhoto);
    },
  };
};
