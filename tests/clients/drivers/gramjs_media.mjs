// What files are beyond their bytes, by GramJS.
import { createRequire } from 'node:module';

const { Api } = createRequire(import.meta.url)('telegram');

const letters = (sizes) => (sizes ?? []).filter((s) => s.className !== 'PhotoStrippedSize').map((s) => s.type);

function about(media) {
  const ttl = media?.ttlSeconds ?? 0;
  if (media?.photo?.className === 'Photo') return { kind: 'photo', ttl, thumbs: letters(media.photo.sizes) };
  const d = media?.document;
  if (d?.className !== 'Document') return { kind: media ? 'expired' : null, ttl };
  const is = (name) => d.attributes.find((a) => a.className === `DocumentAttribute${name}`);
  const [v, s, k] = ['Video', 'Audio', 'Sticker'].map(is);
  return {
    kind: k ? 'sticker' : is('Animated') ? 'gif' : v ? 'video' : s?.voice ? 'voice' : 'document',
    ttl,
    thumbs: letters(d.thumbs),
    size: Number(d.size),
    mime: d.mimeType,
    duration: (v ?? s)?.duration ?? 0,
    w: v?.w ?? 0,
    h: v?.h ?? 0,
    waveform: Buffer.from(s?.waveform ?? []).toString('hex'),
    emoji: k?.alt ?? '',
  };
}

// client(): the client, once it is there.
export const media = (client) => ({
  async send_media({ to, kind, path: file, thumb, duration = 0, w = 0, h = 0, waveform = '', caption = '' }) {
    const how = {
      video: () => [new Api.DocumentAttributeVideo({ duration, w, h, supportsStreaming: true })],
      voice: () => [new Api.DocumentAttributeAudio({ duration, voice: true, waveform: waveform ? Buffer.from(waveform, 'hex') : undefined })],
    };
    const m = await client().sendFile(to, { file, caption, thumb, attributes: how[kind]?.(), voiceNote: kind === 'voice', parseMode: false });
    return { id: m.id, text: m.message };
  },
  media: async ({ of, id }) => about((await client().getMessages(of, { ids: id }))[0].media),
});
