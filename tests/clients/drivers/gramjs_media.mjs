// What files are beyond their bytes, by GramJS.
import { createRequire } from 'node:module';
import { about } from './raw_words.mjs';

const { Api } = createRequire(import.meta.url)('telegram');

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
