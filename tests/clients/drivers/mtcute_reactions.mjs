// Reactions and polls, by mtcute.
import { getMarkedPeerId } from '@mtcute/core/utils.js';

export const reactions = (client) => {
  const get = async (of, id) => (await client().getMessages(of, id))[0].raw;
  return {
    react: async ({ to, id, emoji }) => void (await client().sendReaction({ chatId: to, message: id, emoji: emoji.length ? emoji : null })),
    async reactions({ of, id }) {
      const [r] = await client().getMessageReactionsById(of, [id]);
      return Object.fromEntries((r?.raw.results ?? []).map((x) => [x.reaction.emoticon, [x.count, x.chosenOrder !== undefined]]));
    },
    async reacted({ of, id }) {
      const r = await client().getReactionUsers({ chatId: of, message: id });
      return r.map((x) => [x.peer.id, x.raw.reaction.emoticon]);
    },
    async unread_reactions({ of }) {
      return (await client().getPeerDialogs(of))[0].raw.unreadReactionsCount;
    },
    read_reactions: async ({ of }) => void (await client().readReactions(of)),
    async send_poll({ to, question, answers, several = false, open = false, right = null }) {
      const media = { type: right === null ? 'poll' : 'quiz', question, answers, multiple: several, public: open };
      const m = await client().sendMedia(to, right === null ? media : { ...media, correct: right, solution: { text: 'why', entities: [] } });
      return { id: m.id };
    },
    vote: async ({ to, id, options }) => void (await client().sendVote({ chatId: to, message: id, options: options.length ? options : null })),
    close_poll: async ({ to, id }) => void (await client().closePoll({ chatId: to, message: id })),
    async poll({ of, id }) {
      const { poll, results } = (await get(of, id)).media;
      const marked = (what) => (results.results ?? []).flatMap((r, i) => (r[what] ? [i] : []));
      return {
        question: poll.question.text,
        votes: (results.results ?? []).map((r) => r.voters ?? 0),
        chosen: marked('chosen'),
        right: marked('correct'),
        total: results.totalVoters,
        closed: Boolean(poll.closed),
      };
    },
    async voted({ of, id, option }) {
      const { poll } = (await get(of, id)).media;
      const peer = await client().resolvePeer(of);
      const r = await client().call({ _: 'messages.getPollVotes', peer, id, option: poll.answers[option].option, limit: 50 });
      return r.votes.map((v) => getMarkedPeerId(v.peer));
    },
  };
};
