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

const require = createRequire(import.meta.url);
const version = JSON.parse(fs.readFileSync(path.join(path.dirname(require.resolve('@mtcute/node')), 'package.json'))).version;

let client;
let storage;
let saved;

const peerId = (p) => Number(p?.userId ?? p?.chatId ?? p?.channelId ?? 0);

const user = (u) => ({
  id: u.id,
  first: u.firstName ?? '',
  last: u.lastName ?? '',
  phone: u.phoneNumber ?? u.phone ?? '',
  username: u.username ?? '',
  contact: Boolean((u.raw ?? u).contact),
  mutual: Boolean((u.raw ?? u).mutualContact),
});

const kinds = { text_link: 'texturl', text_mention: 'mentionname', pre: 'pre', strikethrough: 'strike', bot_command: 'botcommand', phone_number: 'phone' };

const message = (m) => ({
  id: m.id,
  peer: m.chat.id,
  out: m.isOutgoing,
  text: m.text,
  date: Math.floor(m.date / 1000),
  edited: Boolean(m.editDate),
  reply_to: m.replyToMessage?.id ?? null,
  forward: m.forward !== null,
  service: m.isService,
  pinned: Boolean(m.raw.pinned),
  entities: m.entities.map((e) => [kinds[e.kind] ?? e.kind, e.offset, e.length]),
});

function save() {
  fs.writeFileSync(saved, v8.serialize(storage.driver.states));
}

function onRaw(u) {
  switch (u._) {
    case 'updatePinnedMessages':
      return event('pinned', { ids: u.messages, pinned: Boolean(u.pinned) });
    case 'updateDraftMessage':
      return event('draft', { peer: peerId(u.peer), text: u.draft.message ?? '' });
    case 'updateDialogUnreadMark':
      return event('mark', { peer: peerId(u.peer.peer), unread: Boolean(u.unread) });
    case 'updateDialogPinned':
      return event('dialog_pinned', { peer: peerId(u.peer.peer), pinned: Boolean(u.pinned) });
    case 'updateFolderPeers':
      for (const p of u.folderPeers) event('folder', { peer: peerId(p.peer), folder: p.folderId });
  }
}

const driver = {
  async connect({ host, port, key, dir, pfs = false }) {
    const crypto = new NodeCryptoProvider();
    await crypto.initialize?.();
    addPublicKey(crypto, fs.readFileSync(key, 'utf8'));
    storage = new MemoryStorage();
    saved = path.join(dir, 'mtcute.storage');
    if (fs.existsSync(saved)) storage.driver.states = v8.deserialize(fs.readFileSync(saved));
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
    client.onDeleteMessage.add((u) => event('delete', { ids: u.messageIds }));
    client.onHistoryRead.add((u) => event(u.isOutbox ? 'read_out' : 'read_in', { peer: u.chatId, max_id: u.maxReadId, unread: u.isOutbox ? undefined : u.unreadCount }));
    client.onUserTyping.add((u) => event('typing', { peer: u.userId }));
    client.onUserStatusUpdate.add((u) => event('status', { peer: u.userId, online: u.status === 'online' }));
    client.onRawUpdate.add((info) => onRaw(info.update));
    // A server that is gone for a moment is no complaint.
    client.onError.add((e) => console.error(e?.code?.startsWith('ECONN') ? 'INFO' : 'ERROR', e));
    await client.connect();
    let authorized = true;
    try {
      await client.getMe();
      await client.startUpdatesLoop();
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
  resolve: async ({ username }) => user(await client.getUser(username)),
  async send({ to, text, reply_to, random_id }) {
    if (random_id === undefined) return message(await client.sendText(to, text, { replyTo: reply_to ?? undefined }));
    const r = await client.call({ _: 'messages.sendMessage', peer: await client.resolvePeer(to), message: text, randomId: Long.fromString(random_id) });
    const m = r.updates.find((u) => u.message).message;
    return { id: m.id, peer: to, out: Boolean(m.out), text: m.message, date: m.date };
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
  edit: async ({ to, id, text }) => message(await client.editMessage({ chatId: to, message: id, text })),
  delete: ({ to, ids, revoke = true }) => client.deleteMessagesById(to, ids, { revoke }),
  read: ({ to, up_to }) => client.readHistory(to, { maxId: up_to }),
  forward: async ({ to, source, ids }) =>
    (await client.forwardMessagesById({ fromChatId: source, messages: ids, toChatId: to })).map(message),
  typing: ({ to }) => client.sendTyping(to, 'typing'),
  async history({ of, limit, before = 0 }) {
    if (limit) return (await client.getHistory(of, { limit, offset: before ? { id: before, date: 0 } : undefined })).map(message);
    const all = [];
    for await (const m of client.iterHistory(of)) all.push(message(m));
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
    const r = await client.call({ _: 'messages.getDialogs', offsetDate: 0, offsetId: 0, offsetPeer: { _: 'inputPeerEmpty' }, limit: 100, hash: Long.ZERO });
    return r.dialogs.map((d) => ({
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
    const r = await client.call({ _: 'messages.updatePinnedMessage', peer, id, unpin: !pinned, pmOneside: oneside });
    client.handleClientUpdate(r, false);
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
  archive: ({ to, archived }) => (archived ? client.archiveChats(to) : client.unarchiveChats(to)),
  block: ({ who, blocked }) => (blocked ? client.blockUser(who) : client.unblockUser(who)),
  log_out: () => client.logOut(),
  async disconnect() {
    await client.disconnect();
    save();
  },
};

serve(driver, (e) => (tl.RpcError.is(e) ? [e.code, e.text] : [null, String(e?.message ?? e)]));
