// What GramJS and mtcute both show as it came: the same fields, under a name of the constructor's that each writes otherwise.
import { event } from './driver.mjs';

// As the schema has it.
const named = (o) => o?._ ?? (o?.className && o.className[0].toLowerCase() + o.className.slice(1));

// Updates whose events are the same, those of others are none here; peerId: of a Peer.
export function told(u, peerId) {
  switch (named(u)) {
    case 'updateDraftMessage':
      return event('draft', { peer: peerId(u.peer), text: u.draft.message ?? '' });
    case 'updateDialogUnreadMark':
      return event('mark', { peer: peerId(u.peer.peer), unread: Boolean(u.unread) });
    case 'updateDialogPinned':
      return event('dialog_pinned', { peer: peerId(u.peer.peer), pinned: Boolean(u.pinned), folder: u.folderId ?? 0 });
    case 'updatePinnedDialogs':
      return event('pinned_dialogs', { folder: u.folderId ?? 0, order: (u.order ?? []).map((p) => peerId(p.peer)) });
    case 'updateFolderPeers':
      for (const p of u.folderPeers) event('folder', { peer: peerId(p.peer), folder: p.folderId });
      return;
    case 'updatePeerBlocked':
      return event('blocked', { peer: peerId(u.peerId), blocked: Boolean(u.blocked) });
    case 'updateUserName':
      return event('name', { peer: Number(u.userId), first: u.firstName, username: u.usernames[0]?.username ?? '' });
  }
}

const letters = (sizes) => (sizes ?? []).filter((s) => named(s) !== 'photoStrippedSize').map((s) => s.type);

// What a MessageMedia's file is beyond its bytes.
export function about(media) {
  const ttl = media?.ttlSeconds ?? 0;
  if (named(media?.photo) === 'photo') return { kind: 'photo', ttl, thumbs: letters(media.photo.sizes) };
  const d = media?.document;
  if (named(d) !== 'document') return { kind: media ? 'expired' : null, ttl };
  const is = (name) => d.attributes.find((a) => named(a) === `documentAttribute${name}`);
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
