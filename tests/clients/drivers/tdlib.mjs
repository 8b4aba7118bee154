// TDLib, in a process of its own under the network guard. It answers much from its own database: tests of what the
// server keeps use a second device.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { event, serve } from './driver.mjs';
import { media } from './tdlib_media.mjs';
import { reactions } from './tdlib_reactions.mjs';
import { onSecretUpdate, secret } from './tdlib_secret.mjs';
import { loadRsa } from '../tdlib/rsa.mjs';
import { TdClient } from '../tdlib/tdlib.mjs';

const require = createRequire(import.meta.url);
const version = require('prebuilt-tdlib/package.json').tdlib?.version;
const LAYER = 227; // as its Version.h says; it has no call for it

let td;
let connected = false;

const serverId = (id) => id / 2 ** 20; // ids with a fraction are local
const tdId = (id) => id * 2 ** 20;
const kinds = { PreCode: 'pre', Strikethrough: 'strike', PhoneNumber: 'phone', EmailAddress: 'email', BankCardNumber: 'bankcard' };
const types = { texturl: 'TextUrl', mentionname: 'MentionName', strike: 'Strikethrough', blockquote: 'BlockQuote' };
const more = { texturl: 'url', mentionname: 'user_id', pre: 'language' };

function entity(e) {
  const name = e.type['@type'].replace('textEntityType', '');
  const kind = kinds[name] ?? name.toLowerCase();
  const extra = e.type[more[kind]];
  return [kind, e.offset, e.length, ...(extra ? [extra] : [])];
}

// [[kind, offset, length, url or user or language]] as TDLib's own
const entities = (spans) =>
  spans.map(([kind, offset, length, extra]) => {
    const name = kind === 'pre' && extra ? 'PreCode' : (types[kind] ?? kind[0].toUpperCase() + kind.slice(1));
    return { offset, length, type: { '@type': `textEntityType${name}`, ...(extra ? { [more[kind]]: extra } : {}) } };
  });

const user = (u) => ({
  id: u.id,
  first: u.first_name,
  last: u.last_name,
  phone: u.phone_number,
  username: u.usernames?.active_usernames[0] ?? '',
  contact: u.is_contact,
  mutual: u.is_mutual_contact,
});

function message(m) {
  const t = m.content.text ?? m.content.caption;
  return {
    id: serverId(m.id),
    peer: m.chat_id,
    out: m.is_outgoing,
    text: t?.text ?? '',
    date: m.date,
    edited: m.edit_date !== 0,
    reply_to: serverId(m.reply_to?.message_id ?? m.content.message_id ?? 0) || null,
    quote: m.reply_to?.quote?.text.text ?? '',
    forward: Boolean(m.forward_info),
    service: !t,
    pinned: m.is_pinned,
    entities: (t?.entities ?? []).map(entity),
  };
}

const draftText = (d) => d?.content?.text?.text ?? '';

async function onUpdate(o) {
  switch (o['@type']) {
    case 'updateConnectionState':
      connected = o.state['@type'] === 'connectionStateReady';
      return event('connection', { state: o.state['@type'].replace('connectionState', '') });
    case 'updateFile':
      if (o.file.remote.is_uploading_active) event('uploading', { size: o.file.remote.uploaded_size });
      return;
    case 'updateNewMessage':
      if (!o.message.sending_state) event('new', { message: message(o.message) });
      return;
    case 'updateMessageContent': {
      const m = await td.call('getMessage', { chat_id: o.chat_id, message_id: o.message_id });
      return event('edit', { message: message(m) });
    }
    case 'updateMessageSendAcknowledged': // by a quick ack of the transport; only with the option use_quick_ack
      return event('acknowledged', { peer: o.chat_id });
    case 'updateMessageSendSucceeded':
      return event('sent', { message: message(o.message) });
    case 'updateMessageSendFailed':
      return event('failed', { name: o.error.message, needs_quote: o.message.sending_state.need_another_reply_quote });
    case 'updateMessageIsPinned':
      return event('pinned', { ids: [serverId(o.message_id)], pinned: o.is_pinned });
    case 'updateChatDraftMessage':
      return event('draft', { peer: o.chat_id, text: draftText(o.draft_message) });
    case 'updateChatIsMarkedAsUnread':
      return event('mark', { peer: o.chat_id, unread: o.is_marked_as_unread });
    case 'updateDeleteMessages':
      if (o.is_permanent && !o.from_cache) event('delete', { ids: o.message_ids.map(serverId) });
      return;
    case 'updateChatReadOutbox':
      return event('read_out', { peer: o.chat_id, max_id: serverId(o.last_read_outbox_message_id) });
    case 'updateChatReadInbox':
      return event('read_in', { peer: o.chat_id, max_id: serverId(o.last_read_inbox_message_id), unread: o.unread_count });
    case 'updateChatAction':
      return event('typing', { peer: o.chat_id });
    case 'updateActiveEmojiReactions':
      return event('reactions', { emoji: o.emojis });
    case 'updateChatMember': { // bots alone
      const status = (m) => m.status['@type'].replace('chatMemberStatus', '');
      const whom = o.new_chat_member.member_id.user_id;
      return event('member', { peer: o.chat_id, by: o.actor_user_id, whom, was: status(o.old_chat_member), is: status(o.new_chat_member),
        link: o.invite_link?.invite_link ?? null });
    }
    case 'updateMessageReaction': // likewise
      return event('reacts', { peer: o.chat_id, id: serverId(o.message_id), who: o.actor_id.user_id, now: o.new_reaction_types.map((t) => t.emoji) });
    case 'updateNewChatJoinRequest': // likewise
      return event('asks', { peer: o.chat_id, who: o.request.user_id });
    case 'updateUserStatus':
      return event('status', { peer: o.user_id, online: o.status['@type'] === 'userStatusOnline' });
    default:
      return onSecretUpdate(o, event);
  }
}

// What it shows at once, but sends later than it asks how things are: done without a connection, it ends up showing the old state.
async function online() {
  if (!connected) await td.wait('connection', () => connected);
}

// Opened, as in an app: TDLib tells who types only where somebody looks.
const opened = new Set();

// id: a user, or a group or channel as TDLib calls it, too.
const chat = async (id) => {
  const { id: chat_id } = id < 0 ? { id } : await td.call('createPrivateChat', { user_id: id, force: false });
  if (!opened.has(chat_id)) await td.call('openChat', { chat_id });
  opened.add(chat_id);
  return chat_id;
};

// In an open chat it tells the server of what is read and drafted after seconds, in a closed one at once.
async function closed(id, action) {
  const chat_id = await chat(id);
  await td.call('closeChat', { chat_id });
  await action(chat_id);
  await td.call('openChat', { chat_id });
}
const plain = (text, spans = [], clear_draft = false) => ({
  '@type': 'inputMessageText',
  text: { '@type': 'formattedText', text, entities: entities(spans) },
  clear_draft,
});

// Waits for what a call that returns at once with a temporary message comes to; such ids are a chat's own.
async function sent(call, ms = 30000) {
  const early = [];
  const ended = (o) => o['@type'] === 'updateMessageSendSucceeded' || o['@type'] === 'updateMessageSendFailed';
  const collect = (o) => void (ended(o) && early.push(o));
  td.waits.add(collect);
  const { id, chat_id } = await call();
  td.waits.delete(collect);
  const is = (o) => ended(o) && o.old_message_id === id && o.message.chat_id === chat_id;
  const o = early.find(is) ?? (await td.wait(`end of sending ${id}`, (u) => is(u) && u, ms));
  if (o['@type'] === 'updateMessageSendFailed') throw Object.assign(new Error(o.error.message), { code: o.error.code, tdMessage: o.error.message });
  return message(o.message);
}

// What is born before it has asked for its state it counts as known, and tells nobody. It renews its session right after it
// has signed in (update_mtproto_header), and asks for the state again in the new one if there was no answer yet.
async function settled() {
  const is = (state) => (o) => o['@type'] === 'updateConnectionState' && o.state['@type'] === `connectionState${state}`;
  if (connected) await td.wait('its question', is('Updating'), 2000).catch(() => {});
  if (!connected) await td.wait('the answer', is('Ready'));
}

const driver = {
  async connect({ host, port, key, dir }) {
    td = new TdClient({ host, port, rsa: loadRsa(key), dir, verbosity: Number(process.env.TDLIB_LOG ?? 2) });
    td.onUpdate = (o) => onUpdate(o).catch((e) => console.error(o['@type'], e));
    await td.open();
    const state = await td.waitState(['authorizationStateWaitPhoneNumber', 'authorizationStateReady']);
    if (!connected) await td.wait('connection', () => connected);
    return { library: `TDLib ${version}`, layer: LAYER, authorized: state['@type'] === 'authorizationStateReady' };
  },
  // No call of TDLib shows help.getConfig; getCountryCode asks help.getNearestDc. this_dc shows in the count of calls.
  async config() {
    return { country: (await td.call('getCountryCode')).text };
  },
  async sign_in({ phone, code, first, last = '' }) {
    await td.call('setAuthenticationPhoneNumber', { phone_number: phone });
    await td.waitState(['authorizationStateWaitCode']);
    await td.call('checkAuthenticationCode', { code });
    const state = await td.waitState(['authorizationStateWaitRegistration', 'authorizationStateReady']);
    if (state['@type'] === 'authorizationStateWaitRegistration') {
      if (first === undefined) throw new Error('PHONE_NUMBER_UNOCCUPIED');
      await td.call('registerUser', { first_name: first, last_name: last });
      await td.waitState(['authorizationStateReady']);
    }
    await settled();
    return driver.me();
  },
  async sign_in_bot({ token }) {
    await td.call('checkAuthenticationBotToken', { token });
    await td.waitState(['authorizationStateReady']);
    await settled();
    return driver.me();
  },
  // Any call of its own: what it answers, as it says it.
  invoke: async ({ method, args = {} }) => td.call(method, args),
  me: async () => user(await td.call('getMe')),
  async add_contact({ phone, first, last = '' }) {
    const contact = { phone_number: phone, first_name: first, last_name: last };
    const { user_ids: [id] } = await td.call('importContacts', { contacts: [contact] });
    return id ? user(await td.call('getUser', { user_id: id })) : null;
  },
  async contacts() {
    const { user_ids: ids } = await td.call('getContacts');
    return Promise.all(ids.map(async (id) => user(await td.call('getUser', { user_id: id }))));
  },
  async set_username({ username }) {
    await td.call('setUsername', { username });
    return driver.me();
  },
  async resolve({ username }) {
    const { id } = await td.call('searchPublicChat', { username });
    return user(await td.call('getUser', { user_id: id }));
  },
  // As an app that is looked at: it leaves silent connections sooner.
  async foreground() {
    await td.call('setOption', { name: 'online', value: { '@type': 'optionValueBoolean', value: true } });
  },
  async set_name({ first, last = '' }) {
    await td.call('setName', { first_name: first, last_name: last });
  },
  async send_file({ to, path, photo = false, caption = '' }) {
    const chat_id = await chat(to);
    const file = { '@type': 'inputFileLocal', path };
    const text = { '@type': 'formattedText', text: caption };
    const content = photo
      ? { '@type': 'inputMessagePhoto', photo: { '@type': 'inputPhoto', photo: file }, caption: text }
      : { '@type': 'inputMessageDocument', document: { '@type': 'inputDocument', document: file, disable_content_type_detection: true }, caption: text };
    return sent(() => td.call('sendMessage', { chat_id, input_message_content: content }), 120000);
  },
  async download({ of, id, path }) {
    const m = await td.call('getMessage', { chat_id: await chat(of), message_id: tdId(id) });
    const c = m.content;
    const f = c.photo?.sizes?.at(-1)?.photo ?? c.photo?.photo?.sizes?.at(-1)?.photo ?? c.document?.document ?? c.video?.video;
    const done = await td.call('downloadFile', { file_id: f.id, priority: 32, offset: 0, limit: 0, synchronous: true }, 300000);
    fs.copyFileSync(done.local.path, path);
    return path;
  },
  user: async ({ id }) => user(await td.call('getUser', { user_id: id })),
  async blocked() {
    const { senders } = await td.call('getBlockedMessageSenders', { block_list: { '@type': 'blockListMain' }, offset: 0, limit: 100 });
    return senders.map((s) => s.user_id);
  },
  // Page by page, to the end: the first comes from its database, which does not reach back to the beginning.
  async pins({ of }) {
    const about = { chat_id: await chat(of), limit: 100, filter: { '@type': 'searchMessagesFilterPinned' } };
    const all = [];
    for (let from_message_id = 0; ; ) {
      const { messages, next_from_message_id: next } = await td.call('searchChatMessages', { ...about, from_message_id });
      all.push(...messages.map((m) => serverId(m.id)));
      if (!next || !messages.length) return all;
      from_message_id = next;
    }
  },
  // random_id is TDLib's own business: it keeps what it sends in its database, and sends it again after a restart.
  async send({ to, text, reply_to, entities: spans, quote, clear_draft }) {
    const chat_id = await chat(to);
    const of = { '@type': 'inputMessageReplyToMessage', message_id: tdId(reply_to) };
    if (quote) of.quote = { '@type': 'inputTextQuote', text: { '@type': 'formattedText', text: quote }, position: 0 };
    return sent(() => td.call('sendMessage', { chat_id, reply_to: reply_to ? of : undefined, input_message_content: plain(text, spans, clear_draft) }));
  },
  edit: async ({ to, id, text, entities: spans }) =>
    message(await td.call('editMessageText', { chat_id: await chat(to), message_id: tdId(id), input_message_content: plain(text, spans) })),
  async delete({ to, ids, revoke = true }) {
    await td.call('deleteMessages', { chat_id: await chat(to), message_ids: ids.map(tdId), revoke });
  },
  async read({ to, up_to }) {
    await closed(to, (chat_id) => td.call('viewMessages', { chat_id, message_ids: [tdId(up_to)], force_read: true }));
  },
  async forward({ to, source, ids }) {
    const chat_id = await chat(to);
    const from_chat_id = await chat(source);
    return [await sent(async () => (await td.call('forwardMessages', { chat_id, from_chat_id, message_ids: ids.map(tdId) })).messages[0])];
  },
  async typing({ to }) {
    await td.call('sendChatAction', { chat_id: await chat(to), action: { '@type': 'chatActionTyping' } });
  },
  async history({ of, limit = Infinity, before = 0 }) {
    const chat_id = await chat(of);
    const all = [];
    // It may return fewer than there are: only an empty answer is the end.
    for (let from = tdId(before); all.length < limit; from = all.at(-1).td) {
      const { messages } = await td.call('getChatHistory', { chat_id, from_message_id: from, offset: 0, limit: Math.min(100, limit - all.length) });
      if (!messages.length) break;
      all.push(...messages.map((m) => ({ td: m.id, ...message(m) })));
    }
    return all.map(({ td: _, ...m }) => m);
  },
  // One page as it gives it: from `before` on, and -offset messages newer than that one.
  async page({ of, before, offset, limit, only_local = false }) {
    const about = { chat_id: await chat(of), from_message_id: tdId(before), offset, limit, only_local };
    return (await td.call('getChatHistory', about)).messages.map(message);
  },
  async search({ query, of, limit = 100 }) {
    const found = of
      ? await td.call('searchChatMessages', { chat_id: await chat(of), query, limit })
      : await td.call('searchMessages', { query, limit });
    return found.messages.map(message);
  },
  async dialogs() {
    for (;;) {
      try {
        await td.call('loadChats', { limit: 100 });
      } catch (e) {
        if (e.code === 404) break; // there are no more
        throw e;
      }
    }
    const { chat_ids: ids } = await td.call('getChats', { limit: 1000 });
    return Promise.all(
      ids.map(async (chat_id) => {
        const c = await td.call('getChat', { chat_id });
        return {
          peer: chat_id,
          top: serverId(c.last_message?.id ?? 0),
          unread: c.unread_count,
          read_in: serverId(c.last_read_inbox_message_id),
          read_out: serverId(c.last_read_outbox_message_id),
        };
      }),
    );
  },
  async chats() {
    const all = [];
    for (const folder of [0, 1]) {
      const chat_list = { '@type': folder ? 'chatListArchive' : 'chatListMain' };
      try {
        for (;;) await td.call('loadChats', { chat_list, limit: 100 });
      } catch (e) {
        if (e.code !== 404) throw e;
      }
      for (const chat_id of (await td.call('getChats', { chat_list, limit: 1000 })).chat_ids) {
        const c = await td.call('getChat', { chat_id });
        const place = c.positions.find((p) => p.list['@type'] === chat_list['@type']);
        all.push({
          peer: chat_id,
          top: serverId(c.last_message?.id ?? 0),
          unread: c.unread_count,
          read_in: serverId(c.last_read_inbox_message_id),
          read_out: serverId(c.last_read_outbox_message_id),
          mark: c.is_marked_as_unread,
          pinned: place?.is_pinned ?? false,
          folder,
          draft: draftText(c.draft_message),
        });
      }
    }
    return all;
  },
  async pin({ to, id, pinned = true, oneside = false }) {
    const of = { chat_id: await chat(to), message_id: tdId(id) };
    if (pinned) await td.call('pinChatMessage', { ...of, disable_notification: false, only_for_self: oneside });
    else await td.call('unpinChatMessage', of);
  },
  async draft({ to, text }) {
    const content = { '@type': 'draftMessageContentText', text: { '@type': 'formattedText', text } };
    const draft_message = text ? { '@type': 'draftMessage', content } : null;
    await closed(to, (chat_id) => td.call('setChatDraftMessage', { chat_id, draft_message }));
  },
  async mark({ to, unread }) {
    await online();
    await td.call('toggleChatIsMarkedAsUnread', { chat_id: await chat(to), is_marked_as_unread: unread });
  },
  async pin_chat({ to, pinned }) {
    await online();
    const chat_id = await chat(to);
    const chat_list = (await td.call('getChat', { chat_id })).positions[0]?.list ?? { '@type': 'chatListMain' };
    const load = () => td.call('loadChats', { chat_list, limit: 100 }).then(load, (e) => e.code === 404 || Promise.reject(e));
    await load();
    await td.call('toggleChatIsPinned', { chat_list, chat_id, is_pinned: pinned });
  },
  async archive({ to, archived }) {
    await online();
    await td.call('addChatToList', { chat_id: await chat(to), chat_list: { '@type': archived ? 'chatListArchive' : 'chatListMain' } });
  },
  async block({ who, blocked }) {
    const sender_id = { '@type': 'messageSenderUser', user_id: who };
    await td.call('setMessageSenderBlockList', { sender_id, block_list: blocked ? { '@type': 'blockListMain' } : null });
  },
  async group({ of }) {
    const id = (await td.call('getChat', { chat_id: of })).type.basic_group_id;
    const { member_count } = await td.call('getBasicGroup', { basic_group_id: id });
    const { members } = await td.call('getBasicGroupFullInfo', { basic_group_id: id });
    const roles = { chatMemberStatusCreator: 'creator', chatMemberStatusAdministrator: 'admin' };
    const role = (m) => roles[m.status['@type']] ?? '';
    const { title } = await td.call('getChat', { chat_id: of });
    return { title, count: member_count, members: Object.fromEntries(members.map((m) => [m.member_id.user_id, role(m)])) };
  },
  async confirm_qr({ link }) {
    const s = await td.call('confirmQrCodeAuthentication', { link });
    return { application: s.application_name, version: s.application_version };
  },
  async authorizations() {
    const { sessions } = await td.call('getActiveSessions');
    return sessions.map((s) => ({ application: s.application_name, version: s.application_version, current: s.is_current }));
  },
  ...media(() => td, { chat, sent, tdId }),
  ...reactions(() => td, { chat, sent, tdId }),
  ...secret(() => td, { chat }),
  async log_out() {
    await td.call('logOut');
    await td.waitState(['authorizationStateClosed']);
  },
  disconnect: () => td.close(),
};

serve(driver, (e) => [e?.code ?? null, e?.tdMessage ?? String(e?.message ?? e)]);
