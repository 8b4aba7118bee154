// mtcute. Its SQLite storage needs a compiled module; the memory storage is kept in a file between runs instead.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import v8 from 'node:v8';
import { MemoryStorage } from '@mtcute/core';
import { addPublicKey } from '@mtcute/core/utils.js';
import { Long, TelegramClient, tl } from '@mtcute/node';
import { NodeCryptoProvider } from '@mtcute/node/utils.js';
import { event, serve } from './driver.mjs';
import { media } from './mtcute_media.mjs';
import { reactions } from './mtcute_reactions.mjs';
import { told } from './raw_words.mjs';

const require = createRequire(import.meta.url);
const version = JSON.parse(fs.readFileSync(path.join(path.dirname(require.resolve('@mtcute/node')), 'package.json'))).version;

let client;
let storage;
let saved;

// A user's id, or what all libraries call a group or channel: -id, -(10^12 + id).
const peerId = (p) => Number(p?.userId ?? (p?.chatId ? -p.chatId : p?.channelId ? -1e12 - p.channelId : 0));

const user = (u) => ({
  id: u.id,
  first: u.firstName ?? '',
  last: u.lastName ?? '',
  phone: u.phoneNumber ?? u.phone ?? '',
  username: u.username ?? '',
  contact: Boolean((u.raw ?? u).contact),
  mutual: Boolean((u.raw ?? u).mutualContact),
});

const kinds = { text_link: 'texturl', text_mention: 'mentionname', strikethrough: 'strike', bot_command: 'botcommand', phone_number: 'phone' };
const more = { texturl: 'url', pre: 'language' };

function entity(e) {
  const extra = e.params.url || e.params.userId || e.params.language;
  return [kinds[e.kind] ?? e.kind, e.offset, e.length, ...(extra ? [extra] : [])];
}

// [[kind, offset, length, url or user or language]] as the library's own
const entities = (spans) =>
  Promise.all(
    spans.map(async ([kind, offset, length, extra]) => {
      if (kind === 'mentionname') return { _: 'inputMessageEntityMentionName', offset, length, userId: await client.resolveUser(extra) };
      const name = { texturl: 'TextUrl' }[kind] ?? kind[0].toUpperCase() + kind.slice(1);
      return { _: `messageEntity${name}`, offset, length, ...(more[kind] ? { [more[kind]]: extra ?? '' } : {}) };
    }),
  );

// What an answer brings of updates, to where pushed ones go.
function take(r) {
  client.handleClientUpdate(r, false);
  return r;
}

const born = (r) => r.updates.filter((u) => u.message).map((u) => ({ id: u.message.id, out: Boolean(u.message.out), text: u.message.message, date: u.message.date }));

const message = (m) => ({
  id: m.id,
  peer: m.chat.id,
  out: m.isOutgoing,
  text: m.text,
  date: Math.floor(m.date / 1000),
  edited: Boolean(m.editDate),
  reply_to: m.replyToMessage?.id ?? null,
  quote: m.raw.replyTo?.quoteText ?? '',
  forward: m.forward !== null,
  service: m.isService,
  pinned: Boolean(m.raw.pinned),
  entities: m.entities.map(entity),
});

function save() {
  fs.writeFileSync(saved, v8.serialize(storage.driver.states));
}

// Its parts keep what they were made with: that is filled, not replaced.
function restore() {
  const fill = (to, from) => (to instanceof Map ? from.forEach((v, k) => to.set(k, v)) : Object.keys(from).forEach((k) => fill(to[k], from[k])));
  v8.deserialize(fs.readFileSync(saved)).forEach((from, part) => fill(storage.driver.states.get(part), from));
}

// Who comes back knows how far it was in a channel while it catches up, and only where the difference names the channel: of any other it
// takes what it hears next for the first, and what a restart of the server hid from it before that it never asks for (_loop and
// _fetchChannelDifference in highlevel/updates/manager.js of @mtcute/core 0.30.3 look into its storage only while `catchingUp`). An app
// opens the chats that it shows; opened once, each goes on from what was stored.
async function reopen() {
  for (const key of storage.driver.states.get('kv').keys()) {
    const id = Number(/^updates_channel:(\d+)$/.exec(key)?.[1] ?? 0);
    if (!id) continue;
    await client.notifyChannelOpened(id, await client.storage.updates.getChannelPts(id));
    await client.notifyChannelClosed(id);
  }
}

function onRaw(u) {
  switch (u._) {
    case 'updatePinnedMessages':
    case 'updatePinnedChannelMessages':
      return event('pinned', { peer: peerId(u.peer ?? u), ids: u.messages, pinned: Boolean(u.pinned) });
    default:
      told(u, peerId);
  }
}

const driver = {
  async connect({ host, port, key, dir, pfs = false }) {
    const crypto = new NodeCryptoProvider();
    await crypto.initialize?.();
    addPublicKey(crypto, fs.readFileSync(key, 'utf8'));
    storage = new MemoryStorage();
    saved = path.join(dir, 'mtcute.storage');
    if (fs.existsSync(saved)) restore();
    const dc = { id: 2, ipAddress: host, port };
    client = new TelegramClient({
      apiId: 1,
      apiHash: 'x',
      storage,
      crypto,
      defaultDcs: { main: dc, media: { ...dc, mediaOnly: true } },
      network: { usePfs: pfs },
      updates: { catchUp: true },
    });
    const log = client.log.mgr;
    log.level = Number(process.env.MTCUTE_LOG ?? 2); // warnings and errors
    log.handler = (color, level, tag, text, args) =>
      console.error(['OFF', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE'][level], `[${tag}]`, text, ...args);
    client.onNewMessage.add((m) => event('new', { message: message(m) }));
    client.onEditMessage.add((m) => event('edit', { message: message(m) }));
    client.onDeleteMessage.add((u) => event('delete', { ids: u.messageIds, ...(u.channelId ? { peer: u.channelId } : {}) }));
    client.onHistoryRead.add((u) => event(u.isOutbox ? 'read_out' : 'read_in', { peer: u.chatId, max_id: u.maxReadId, unread: u.isOutbox ? undefined : u.unreadCount }));
    client.onUserTyping.add((u) => event('typing', { peer: u.chatId }));
    client.onUserStatusUpdate.add((u) => event('status', { peer: u.userId, online: u.status === 'online' }));
    client.onRawUpdate.add((info) => onRaw(info.update));
    // It means to ask for what it missed when the server begins a new session, but compares with an id that it never keeps
    // (lastSessionCreatedUid in network/session-connection.js of @mtcute/core 0.30.3): whatever a restart of the server hid from
    // it, it hears of by the next gap in pts, and of what has no pts never. Whoever uses it has to ask.
    client.onConnectionState.add((state) => state === 'connected' && client.handleClientUpdate({ _: 'updatesTooLong' }, false));
    // A server that is gone for a moment is no complaint.
    client.onError.add((e) => console.error(/^(ECONN|EPIPE)/.test(e?.code) ? 'INFO' : 'ERROR', e));
    await client.connect();
    let authorized = true;
    try {
      await client.getMe();
      await client.startUpdatesLoop();
      await reopen();
    } catch (e) {
      if (!tl.RpcError.is(e, 'AUTH_KEY_UNREGISTERED')) throw e;
      authorized = false;
    }
    return { library: `mtcute ${version}`, layer: tl.LAYER, authorized };
  },
  async config() {
    const c = await client.call({ _: 'help.getConfig' });
    const near = await client.call({ _: 'help.getNearestDc' });
    return { this_dc: c.thisDc, nearest_dc: near.nearestDc, dcs: [...new Set(c.dcOptions.map((o) => o.id))].sort() };
  },
  async sign_in({ phone, code, first, last = '' }) {
    const sent = await client.sendCode({ phone });
    let me;
    try {
      me = await client.signIn({ phone, phoneCodeHash: sent.phoneCodeHash, phoneCode: code });
    } catch (e) {
      // The library has no signUp: it says so by an exception of its own.
      if (first === undefined || tl.RpcError.is(e)) throw e;
      const a = await client.call({ _: 'auth.signUp', phoneNumber: phone.replace(/\D/g, ''), phoneCodeHash: sent.phoneCodeHash, firstName: first, lastName: last });
      await client.notifyLoggedIn(a);
      me = await client.getMe();
    }
    await client.startUpdatesLoop();
    // It asks for its state behind this; what is born meanwhile it counts as known, and tells nobody.
    await new Promise((done) => setTimeout(done, 500));
    save();
    return user(me);
  },
  me: async () => user(await client.getMe()),
  async add_contact({ phone, first, last = '' }) {
    const r = await client.importContacts([{ phone, firstName: first, lastName: last }]);
    return r.users.length ? user(r.users[0]) : null;
  },
  contacts: async () => (await client.getContacts()).map(user),
  async set_username({ username }) {
    await client.setMyUsername(username);
    return user(await client.getMe());
  },
  async set_name({ first, last = '' }) {
    await client.call({ _: 'account.updateProfile', firstName: first, lastName: last });
  },
  user: async ({ id }) => user((await client.getUsers(id))[0]),
  // Any request of the API to a peer or channel: its answer as plain data, numbers of 64 bits as text.
  async request({ name, peer, channel, fields = {} }) {
    const to = peer ? { peer: await client.resolvePeer(peer) } : { channel: await client.resolveChannel(channel) };
    const r = await client.call({ _: name, hash: Long.ZERO, ...to, ...fields });
    return JSON.parse(JSON.stringify(r, (_, v) => (Long.isLong(v) ? v.toString() : v)));
  },
  // Any call of its own; what it answers is for itself.
  invoke: async ({ method, args = [] }) => void (await client[method](...args)),
  blocked: async () => (await client.call({ _: 'contacts.getBlocked', offset: 0, limit: 100 })).blocked.map((b) => peerId(b.peerId)),
  pins: async ({ of }) => (await client.searchMessages({ chatId: of, limit: 100, filter: { _: 'inputMessagesFilterPinned' } })).map((m) => m.id),
  resolve: async ({ username }) => user(await client.getUser(username)),
  async send({ to, text, reply_to, random_id, entities: spans = [], quote, clear_draft = false }) {
    if (random_id === undefined) return message(await client.sendText(to, text, { replyTo: reply_to ?? undefined }));
    const replyTo = reply_to ? { _: 'inputReplyToMessage', replyToMsgId: reply_to, quoteText: quote || undefined } : undefined;
    const about = { peer: await client.resolvePeer(to), message: text, randomId: Long.fromString(random_id), clearDraft: clear_draft };
    const r = take(await client.call({ _: 'messages.sendMessage', ...about, replyTo, entities: await entities(spans) }));
    return { peer: to, ...born(r)[0] };
  },
  async edit({ to, id, text, entities: spans }) {
    if (!spans) return message(await client.editMessage({ chatId: to, message: id, text }));
    const peer = await client.resolvePeer(to);
    return born(take(await client.call({ _: 'messages.editMessage', peer, id, message: text, entities: await entities(spans) })))[0];
  },
  async send_file({ to, path: file, photo = false, caption = '' }) {
    const media = { type: photo ? 'photo' : 'document', file: `file:${file}`, fileName: path.basename(file), caption };
    return message(await client.sendMedia(to, media, { caption }));
  },
  async send_album({ to, paths, caption = '' }) {
    const medias = paths.map((p, i) => ({ type: 'photo', file: `file:${p}`, caption: i ? '' : caption }));
    return (await client.sendMediaGroup(to, medias)).map(message);
  },
  async download({ of, id, path: file }) {
    const [m] = await client.getMessages(of, id);
    fs.writeFileSync(file, await client.downloadAsBuffer(m.media)); // downloadToFile ends before its last bytes are written
    return file;
  },
  delete: ({ to, ids, revoke = true }) => client.deleteMessagesById(to, ids, { revoke }),
  read: ({ to, up_to }) => client.readHistory(to, { maxId: up_to }),
  async forward({ to, source, ids, random_ids }) {
    if (!random_ids) return (await client.forwardMessagesById({ fromChatId: source, messages: ids, toChatId: to })).map(message);
    const about = { fromPeer: await client.resolvePeer(source), toPeer: await client.resolvePeer(to), id: ids };
    return born(take(await client.call({ _: 'messages.forwardMessages', ...about, randomId: random_ids.map((n) => Long.fromString(n)) })));
  },
  typing: ({ to }) => client.sendTyping(to, 'typing'),
  async history({ of, limit, before = 0, reverse = false }) {
    if (limit) return (await client.getHistory(of, { limit, offset: before ? { id: before, date: 0 } : undefined })).map(message);
    const all = [];
    for await (const m of client.iterHistory(of, { reverse })) all.push(message(m));
    return all;
  },
  async search({ query, of, limit = 100 }) {
    const found = of ? await client.searchMessages({ chatId: of, query, limit }) : await client.searchGlobal({ query, limit });
    return found.map(message);
  },
  async dialogs() {
    const all = [];
    for await (const d of client.iterDialogs()) {
      const r = d.raw;
      all.push({ peer: peerId(r.peer), top: r.topMessage, unread: r.unreadCount, read_in: r.readInboxMaxId, read_out: r.readOutboxMaxId });
    }
    return all;
  },
  async chats() {
    const page = { _: 'messages.getDialogs', offsetDate: 0, offsetId: 0, offsetPeer: { _: 'inputPeerEmpty' }, limit: 100, hash: Long.ZERO };
    const lists = await Promise.all([0, 1].map((folderId) => client.call({ ...page, folderId })));
    return lists.flatMap((r) => r.dialogs).map((d) => ({
      peer: peerId(d.peer),
      top: d.topMessage,
      unread: d.unreadCount,
      read_in: d.readInboxMaxId,
      read_out: d.readOutboxMaxId,
      mark: Boolean(d.unreadMark),
      pinned: Boolean(d.pinned),
      folder: d.folderId ?? 0,
      draft: d.draft?.message ?? '',
    }));
  },
  async pin({ to, id, pinned = true, oneside = false }) {
    const peer = await client.resolvePeer(to);
    take(await client.call({ _: 'messages.updatePinnedMessage', peer, id, unpin: !pinned, pmOneside: oneside }));
  },
  async draft({ to, text }) {
    await client.call({ _: 'messages.saveDraft', peer: await client.resolvePeer(to), message: text });
  },
  async mark({ to, unread }) {
    const peer = { _: 'inputDialogPeer', peer: await client.resolvePeer(to) };
    await client.call({ _: 'messages.markDialogUnread', peer, unread });
  },
  async pin_chat({ to, pinned }) {
    const peer = { _: 'inputDialogPeer', peer: await client.resolvePeer(to) };
    await client.call({ _: 'messages.toggleDialogPin', peer, pinned });
  },
  async archive({ to, archived }) {
    const peer = { _: 'inputFolderPeer', peer: await client.resolvePeer(to), folderId: Number(archived) };
    take(await client.call({ _: 'folders.editPeerFolders', folderPeers: [peer] }));
  },
  async group({ of }) {
    const r = await client.call({ _: 'messages.getFullChat', chatId: -of });
    const chat = r.chats.find((c) => c.id === -of);
    const members = r.fullChat.participants.participants ?? [];
    const role = (p) => p._.replace('chatParticipant', '').toLowerCase();
    return { title: chat.title, count: chat.participantsCount ?? 0, members: Object.fromEntries(members.map((p) => [p.userId, role(p)])) };
  },
  block: ({ who, blocked }) => (blocked ? client.blockUser(who) : client.unblockUser(who)),
  ...media(() => client),
  ...reactions(() => client),
  log_out: () => client.logOut(),
  async disconnect() {
    await client.disconnect();
    save();
  },
};

serve(driver, (e) => (tl.RpcError.is(e) ? [e.code, e.text] : [null, String(e?.message ?? e)]));
