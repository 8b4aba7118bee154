// Reactions and polls, by TDLib.
const words = (text) => ({ '@type': 'formattedText', text });
const type = (emoji) => ({ '@type': 'reactionTypeEmoji', emoji });

export const reactions = (td, { chat, sent, tdId }) => {
  const get = async (of, id) => td().call('getMessage', { chat_id: await chat(of), message_id: tdId(id) });
  const all = async (of, id) => (await get(of, id)).interaction_info?.reactions?.reactions ?? [];
  return {
    // Instead of what he had; it knows adding and taking back alone.
    async react({ to, id, emoji }) {
      const at = { chat_id: await chat(to), message_id: tdId(id) };
      const had = (await all(to, id)).filter((r) => r.is_chosen).map((r) => r.type.emoji);
      for (const e of had.filter((x) => !emoji.includes(x))) await td().call('removeMessageReaction', { ...at, reaction_type: type(e) });
      for (const e of emoji.filter((x) => !had.includes(x)))
        await td().call('addMessageReaction', { ...at, reaction_type: type(e), is_big: false, update_recent_reactions: true });
    },
    reactions: async ({ of, id }) => Object.fromEntries((await all(of, id)).map((r) => [r.type.emoji, [r.total_count, r.is_chosen]])),
    async reacted({ of, id }) {
      const r = await td().call('getMessageAddedReactions', { chat_id: await chat(of), message_id: tdId(id), offset: '', limit: 100 });
      return r.reactions.map((x) => [x.sender_id.user_id, x.type.emoji]);
    },
    unread_reactions: async ({ of }) => (await td().call('getChat', { chat_id: await chat(of) })).unread_reaction_count,
    read_reactions: async ({ of }) => void (await td().call('readAllChatReactions', { chat_id: await chat(of) })),
    async send_poll({ to, question, answers, several = false, open = false, right = null }) {
      const kind = right === null ? { '@type': 'inputPollTypeRegular' } : { '@type': 'inputPollTypeQuiz', correct_option_ids: [right], explanation: words('why') };
      const input_message_content = {
        '@type': 'inputMessagePoll',
        question: words(question),
        options: answers.map((a) => ({ '@type': 'inputPollOption', text: words(a) })),
        is_anonymous: !open,
        allows_multiple_answers: several,
        allows_revoting: right === null,
        type: kind,
      };
      const chat_id = await chat(to);
      return sent(() => td().call('sendMessage', { chat_id, input_message_content }));
    },
    async vote({ to, id, options }) {
      await td().call('setPollAnswer', { chat_id: await chat(to), message_id: tdId(id), option_ids: options });
    },
    async close_poll({ to, id }) {
      await td().call('stopPoll', { chat_id: await chat(to), message_id: tdId(id) });
    },
    async poll({ of, id }) {
      const p = (await get(of, id)).content.poll;
      return {
        question: p.question.text,
        votes: p.options.map((o) => o.voter_count),
        chosen: p.options.flatMap((o, i) => (o.is_chosen ? [i] : [])),
        right: p.type.correct_option_ids ?? [],
        total: p.total_voter_count,
        closed: p.is_closed,
      };
    },
    async voted({ of, id, option }) {
      const r = await td().call('getPollVoters', { chat_id: await chat(of), message_id: tdId(id), option_id: option, offset: 0, limit: 50 });
      return r.voters.map((v) => v.voter_id.user_id ?? v.voter_id.chat_id);
    },
  };
};
