// Secret chats, by TDLib, which encrypts what is said in them.

export const onSecretUpdate = (o, event) => {
  switch (o['@type']) {
    case 'updateSecretChat': {
      const { id, state, user_id, key_hash } = o.secret_chat;
      return event('secret_chat', { id, state: state['@type'].replace('secretChatState', '').toLowerCase(), with: user_id, key: key_hash });
    }
    case 'updateChatMessageAutoDeleteTime':
      return event('auto_delete', { peer: o.chat_id, seconds: o.message_auto_delete_time });
  }
};

export const secret = (td, { chat }) => ({
  async secret_create({ with: user_id }) {
    const c = await td().call('createNewSecretChat', { user_id });
    return { chat: c.id, secret: c.type.secret_chat_id };
  },
  // The chat with this number, as it is here.
  async secret_chat({ secret }) {
    const c = await td().call('createSecretChat', { secret_chat_id: secret });
    return { chat: c.id, seconds: c.message_auto_delete_time };
  },
  async secret_auto_delete({ chat: chat_id, seconds }) {
    await td().call('setChatMessageAutoDeleteTime', { chat_id, message_auto_delete_time: seconds });
  },
  // Returns before it is sent.
  async secret_say({ chat: chat_id, text }) {
    const input_message_content = { '@type': 'inputMessageText', text: { '@type': 'formattedText', text } };
    await td().call('sendMessage', { chat_id, input_message_content });
  },
  async secret_open({ of, id }) {
    await td().call('openMessageContent', { chat_id: await chat(of), message_id: id * 2 ** 20 });
  },
  async secret_close({ secret: secret_chat_id }) {
    await td().call('closeSecretChat', { secret_chat_id });
  },
});
