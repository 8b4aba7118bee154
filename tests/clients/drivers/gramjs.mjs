// GramJS. It always dials ports 80 or 443: a connection class of our own has the address. It never asks for differences.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import bigInt from 'big-integer';
import { loadRsa } from '../tdlib/rsa.mjs';
import { event, serve } from './driver.mjs';
import { media } from './gramjs_media.mjs';
import { told } from './raw_words.mjs';

const require = createRequire(import.meta.url);
const { Api, TelegramClient, version } = require('telegram');
const { StringSession } = require('telegram/sessions');
const { Raw } = require('telegram/events');
const { LAYER } = require('telegram/tl/AllTLObjects');
const { _serverKeys } = require('telegram/crypto/RSA');
const net = require('telegram/network');
const { PromisedNetSockets, PromisedWebSockets } = require('telegram/extensions');
const { Logger } = require('telegram/extensions/Logger');

const transports = { full: net.ConnectionTCPFull, abridged: net.ConnectionTCPAbridged, obfuscated: net.ConnectionTCPObfuscated,
  websocket: net.ConnectionTCPObfuscated };

let client;
let saved;
let noted;

const num = (x) => (x === undefined || x === null ? 0 : Number(x));
const peerId = (p) => (p?.chatId ? -num(p.chatId) : p?.channelId ? -1e12 - num(p.channelId) : num(p?.userId));

const user = (u) => ({
  id: num(u.id),
  first: u.firstName ?? '',
  last: u.lastName ?? '',
  phone: u.phone ?? '',
  username: u.username ?? '',
  contact: Boolean(u.contact),
  mutual: Boolean(u.mutualContact),
});

const more = { texturl: 'url', mentionname: 'userId', pre: 'language' };

function entity(e) {
  const kind = e.className.replace('MessageEntity', '').toLowerCase();
  const extra = e[more[kind]];
  return [kind, e.offset, e.length, ...(extra ? [kind === 'mentionname' ? num(extra) : extra] : [])];
}

const message = (m) => ({
  id: m.id,
  peer: peerId(m.peerId),
  out: Boolean(m.out),
  text: m.message ?? '',
  date: m.date,
  edited: Boolean(m.editDate),
  reply_to: m.replyTo?.replyToMsgId ?? null,
  quote: m.replyTo?.quoteText ?? '',
  forward: Boolean(m.fwdFrom),
  service: m.className === 'MessageService',
  pinned: Boolean(m.pinned),
  entities: (m.entities ?? []).map(entity),
});

function onUpdate(u) {
  switch (u.className) {
    case 'UpdateNewMessage':
    case 'UpdateNewChannelMessage':
      return event('new', { message: message(u.message) });
    case 'UpdateShortMessage':
      return event('new', { message: message({ ...u, peerId: { userId: u.userId }, className: 'Message' }) });
    case 'UpdateEditMessage':
    case 'UpdateEditChannelMessage':
      return event('edit', { message: message(u.message) });
    case 'UpdateDeleteMessages':
    case 'UpdateDeleteChannelMessages':
      return event('delete', { ids: u.messages, ...(u.channelId ? { peer: peerId(u) } : {}) });
    case 'UpdateReadHistoryOutbox':
      return event('read_out', { peer: peerId(u.peer), max_id: u.maxId });
    case 'UpdateReadHistoryInbox':
      return event('read_in', { peer: peerId(u.peer), max_id: u.maxId, unread: u.stillUnreadCount });
    case 'UpdateUserTyping':
      return event('typing', { peer: num(u.userId) });
    case 'UpdateUserStatus':
      return event('status', { peer: num(u.userId), online: u.status.className === 'UserStatusOnline' });
    case 'UpdatePinnedMessages':
      return event('pinned', { ids: u.messages, pinned: Boolean(u.pinned) });
    default:
      told(u, peerId);
  }
}

// What an answer brings of updates: GramJS tells nobody.
function take(r) {
  for (const u of r.updates ?? []) onUpdate(u);
  return r;
}

const born = (r) => r.updates.filter((u) => u.message).map((u) => message(u.message));

// [[kind, offset, length, url or user or language]] as the library's own
const entities = (spans) =>
  Promise.all(
    spans.map(async ([kind, offset, length, extra]) => {
      if (kind === 'mentionname') {
        const { userId, accessHash } = await client.getInputEntity(extra);
        return new Api.InputMessageEntityMentionName({ offset, length, userId: new Api.InputUser({ userId, accessHash }) });
      }
      const name = Object.keys(Api).find((k) => k.toLowerCase() === `messageentity${kind}`);
      return new Api[name]({ offset, length, ...(more[kind] ? { [more[kind]]: extra ?? '' } : {}) });
    }),
  );

const driver = {
  async connect({ host, port, key, dir, transport = 'full' }) {
    const rsa = loadRsa(key);
    _serverKeys.set(rsa.fingerprint.toString(), { n: bigInt(rsa.nHex, 16), e: 65537 });
    class Connection extends transports[transport] {
      constructor(params) {
        super({ ...params, ip: host, port });
      }
    }
    saved = path.join(dir, 'gramjs.session');
    noted = path.join(dir, 'state.json');
    const session = new StringSession(fs.existsSync(saved) ? fs.readFileSync(saved, 'utf8') : '');
    session.setDC(2, host, 443); // the port is kept in 16 signed bits; without this it takes 4 for home, and files of 2 for those of another DC
    client = new TelegramClient(session, 1, 'x', {
      connection: Connection,
      networkSocket: transport === 'websocket' ? PromisedWebSockets : PromisedNetSockets,
      connectionRetries: 1000,
      retryDelay: 1000,
      baseLogger: new Logger(process.env.GRAMJS_LOG ?? 'warn'),
    });
    client.addEventHandler(onUpdate, new Raw({}));
    await client.connect();
    fs.writeFileSync(saved, session.save());
    return { library: `GramJS ${version}`, layer: LAYER, authorized: await client.isUserAuthorized() };
  },
  async config() {
    const c = await client.invoke(new Api.help.GetConfig());
    const near = await client.invoke(new Api.help.GetNearestDc());
    return { this_dc: c.thisDc, nearest_dc: near.nearestDc, dcs: [...new Set(c.dcOptions.map((o) => o.id))].sort() };
  },
  async sign_in({ phone, code, first, last = '' }) {
    const sent = await client.sendCode({ apiId: 1, apiHash: 'x' }, phone);
    const named = { phoneNumber: phone, phoneCodeHash: sent.phoneCodeHash };
    let a = await client.invoke(new Api.auth.SignIn({ ...named, phoneCode: code }));
    if (a instanceof Api.auth.AuthorizationSignUpRequired) {
      if (first === undefined) throw new Error('PHONE_NUMBER_UNOCCUPIED');
      a = await client.invoke(new Api.auth.SignUp({ ...named, firstName: first, lastName: last }));
    }
    // What makes a server send updates to this session.
    await client.invoke(new Api.updates.GetState());
    fs.writeFileSync(saved, client.session.save());
    return user(a.user);
  },
  me: async () => user(await client.getMe()),
  async add_contact({ phone, first, last = '' }) {
    const contact = new Api.InputPhoneContact({ clientId: bigInt(1), phone, firstName: first, lastName: last });
    const r = await client.invoke(new Api.contacts.ImportContacts({ contacts: [contact] }));
    return r.users.length ? user(r.users[0]) : null;
  },
  contacts: async () => (await client.invoke(new Api.contacts.GetContacts({ hash: bigInt(0) }))).users.map(user),
  set_username: async ({ username }) => user(await client.invoke(new Api.account.UpdateUsername({ username }))),
  set_name: async ({ first, last = '' }) => user(await client.invoke(new Api.account.UpdateProfile({ firstName: first, lastName: last }))),
  user: async ({ id }) => user((await client.invoke(new Api.users.GetUsers({ id: [id] })))[0]),
  blocked: async () => (await client.invoke(new Api.contacts.GetBlocked({ offset: 0, limit: 100 }))).blocked.map((b) => peerId(b.peerId)),
  pins: async ({ of }) => (await client.getMessages(of, { limit: 100, filter: new Api.InputMessagesFilterPinned() })).map((m) => m.id),
  // Everything since the last time (the first time: nothing), as events: GramJS has no such thing itself.
  async catch_up() {
    let now;
    if (!fs.existsSync(noted)) now = await client.invoke(new Api.updates.GetState());
    else {
      let [pts, date] = JSON.parse(fs.readFileSync(noted));
      for (let end = false; !end; ) {
        const d = await client.invoke(new Api.updates.GetDifference({ pts, date, qts: 1 }));
        now = d.state ?? d.intermediateState ?? { pts, date: d.date };
        ({ pts, date } = now);
        for (const m of d.newMessages ?? []) event('new', { message: message(m) });
        for (const u of d.otherUpdates ?? []) onUpdate(u);
        end = d.className !== 'updates.DifferenceSlice';
      }
    }
    fs.writeFileSync(noted, JSON.stringify([now.pts, now.date]));
  },
  resolve: async ({ username }) => user(await client.getEntity(username)),
  async send({ to, text, reply_to, random_id, entities: spans = [], quote, clear_draft = false }) {
    if (random_id === undefined) return message(await client.sendMessage(to, { message: text, replyTo: reply_to, parseMode: false }));
    const replyTo = reply_to ? new Api.InputReplyToMessage({ replyToMsgId: reply_to, quoteText: quote || undefined }) : undefined;
    const about = { peer: to, message: text, randomId: bigInt(random_id), clearDraft: clear_draft };
    return born(take(await client.invoke(new Api.messages.SendMessage({ ...about, replyTo, entities: await entities(spans) }))))[0];
  },
  async edit({ to, id, text, entities: spans }) {
    if (!spans) return message(await client.editMessage(to, { message: id, text, parseMode: false }));
    return born(take(await client.invoke(new Api.messages.EditMessage({ peer: to, id, message: text, entities: await entities(spans) }))))[0];
  },
  send_file: async ({ to, path: file, photo = false, caption = '' }) =>
    message(await client.sendFile(to, { file, caption, forceDocument: !photo, parseMode: false })),
  async send_album({ to, paths, caption = '' }) {
    const all = await client.sendFile(to, { file: paths, caption, parseMode: false });
    return [all].flat().map(message);
  },
  async download({ of, id, path: file }) {
    const [m] = await client.getMessages(of, { ids: id });
    fs.writeFileSync(file, await client.downloadMedia(m, {})); // by outputFile it ends before its last bytes are written
    return file;
  },
  async delete({ to, ids, revoke = true }) {
    await client.deleteMessages(to, ids, { revoke });
  },
  join: async ({ username }) => void (await client.invoke(new Api.channels.JoinChannel({ channel: username }))),
  leave: async ({ from }) => void (await client.invoke(new Api.channels.LeaveChannel({ channel: from }))),
  async read({ to, up_to }) {
    await client.invoke(new Api.messages.ReadHistory({ peer: to, maxId: up_to }));
  },
  async forward({ to, source, ids, random_ids }) {
    if (!random_ids) return (await client.forwardMessages(to, { messages: ids, fromPeer: source })).flat().map(message);
    const about = { fromPeer: source, toPeer: to, id: ids, randomId: random_ids.map((n) => bigInt(n)) };
    return born(take(await client.invoke(new Api.messages.ForwardMessages(about))));
  },
  async typing({ to }) {
    await client.invoke(new Api.messages.SetTyping({ peer: to, action: new Api.SendMessageTypingAction() }));
  },
  history: async ({ of, limit, before = 0 }) => (await client.getMessages(of, { limit, offsetId: before })).map(message),
  search: async ({ query, of, limit = 100 }) => (await client.getMessages(of, { limit, search: query })).map(message),
  dialogs: async () =>
    (await client.getDialogs({})).map(({ dialog: d }) => ({
      peer: peerId(d.peer),
      top: d.topMessage,
      unread: d.unreadCount,
      read_in: d.readInboxMaxId,
      read_out: d.readOutboxMaxId,
    })),
  async chats() {
    const page = { offsetPeer: new Api.InputPeerEmpty(), limit: 100, hash: bigInt(0) };
    const lists = [0, 1].map((folderId) => client.invoke(new Api.messages.GetDialogs({ ...page, folderId })));
    return (await Promise.all(lists)).flatMap((r) => r.dialogs).map((d) => ({
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
    take(await client.invoke(new Api.messages.UpdatePinnedMessage({ peer: to, id, unpin: !pinned, pmOneside: oneside })));
  },
  async draft({ to, text }) {
    await client.invoke(new Api.messages.SaveDraft({ peer: to, message: text }));
  },
  async mark({ to, unread }) {
    const peer = new Api.InputDialogPeer({ peer: await client.getInputEntity(to) });
    await client.invoke(new Api.messages.MarkDialogUnread({ peer, unread }));
  },
  async pin_chat({ to, pinned }) {
    const peer = new Api.InputDialogPeer({ peer: await client.getInputEntity(to) });
    await client.invoke(new Api.messages.ToggleDialogPin({ peer, pinned }));
  },
  async archive({ to, archived }) {
    const peer = new Api.InputFolderPeer({ peer: await client.getInputEntity(to), folderId: Number(archived) });
    take(await client.invoke(new Api.folders.EditPeerFolders({ folderPeers: [peer] })));
  },
  async block({ who, blocked }) {
    await client.invoke(blocked ? new Api.contacts.Block({ id: who }) : new Api.contacts.Unblock({ id: who }));
  },
  ...media(() => client),
  async log_out() {
    await client.invoke(new Api.auth.LogOut());
  },
  async disconnect() {
    await client.destroy();
  },
};

serve(driver, (e) => [e?.code ?? null, e?.errorMessage ?? String(e?.message ?? e)]);
