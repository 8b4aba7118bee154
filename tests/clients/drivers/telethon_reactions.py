"""Reactions and polls, by Telethon."""
import inspect

from telethon import functions, types, utils

m = functions.messages


def words(text):
    return types.TextWithEntities(text, []) if hasattr(types, 'TextWithEntities') else text


# Since layer 224 a poll has a hash, and what is right is named by its number.
young = 'hash' in inspect.signature(types.Poll).parameters


def poll(**about):
    return types.Poll(**about, **({'hash': 0} if young else {}))


class Reactions:
    async def do_react(self, to, id, emoji):
        await self.client(m.SendReactionRequest(await self.client.get_input_entity(to), id,
                                                reaction=[types.ReactionEmoji(e) for e in emoji], add_to_recent=True))

    async def do_reactions(self, of, id):
        r = (await self.client.get_messages(of, ids=id)).reactions
        return {x.reaction.emoticon: [x.count, x.chosen_order is not None] for x in r.results} if r else {}

    async def do_reacted(self, of, id):
        r = await self.client(m.GetMessageReactionsListRequest(await self.client.get_input_entity(of), id, limit=100))
        return [[utils.get_peer_id(x.peer_id), x.reaction.emoticon] for x in r.reactions]

    async def do_unread_reactions(self, of):
        peer = types.InputDialogPeer(await self.client.get_input_entity(of))
        return (await self.client(m.GetPeerDialogsRequest([peer]))).dialogs[0].unread_reactions_count

    async def do_read_reactions(self, of):
        await self.client(m.ReadReactionsRequest(await self.client.get_input_entity(of)))

    async def do_send_poll(self, to, question, answers, several=False, open=False, right=None):
        p = poll(id=0, question=words(question), multiple_choice=several, public_voters=open, quiz=right is not None,
                 answers=[types.PollAnswer(words(a), b'%d' % i) for i, a in enumerate(answers)])
        quiz = {} if right is None else {'correct_answers': [right if young else b'%d' % right], 'solution': 'why', 'solution_entities': []}
        sent = await self.client.send_message(to, file=types.InputMediaPoll(p, **quiz))
        return {'id': sent.id}

    async def do_vote(self, to, id, options):
        answers = (await self.client.get_messages(to, ids=id)).media.poll.answers
        await self.client(m.SendVoteRequest(await self.client.get_input_entity(to), id, [answers[i].option for i in options]))

    async def do_close_poll(self, to, id):
        media = (await self.client.get_messages(to, ids=id)).media
        p = poll(id=media.poll.id, question=words(''), answers=[], closed=True)
        await self.client(m.EditMessageRequest(await self.client.get_input_entity(to), id, media=types.InputMediaPoll(p)))

    async def do_poll(self, of, id):
        media = (await self.client.get_messages(of, ids=id)).media
        results = media.results.results or []
        return {'question': getattr(media.poll.question, 'text', media.poll.question), 'votes': [r.voters or 0 for r in results],
                'chosen': [i for i, r in enumerate(results) if r.chosen], 'right': [i for i, r in enumerate(results) if r.correct],
                'total': media.results.total_voters, 'closed': bool(media.poll.closed)}

    async def do_voted(self, of, id, option):
        at = await self.client.get_input_entity(of)
        answers = (await self.client.get_messages(of, ids=id)).media.poll.answers
        r = await self.client(m.GetPollVotesRequest(at, id, limit=50, option=answers[option].option))
        return [utils.get_peer_id(v.peer) for v in r.votes]
