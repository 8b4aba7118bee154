"""Files and what they are beyond their bytes: video, voice, stickers, profile photos, who may see them."""
import asyncio
import gzip
import json
import pathlib
import random

from harness import Refused, admin, expect, expect_clean_logs, expect_equal, new_room, refused, until
from media_files import animated_sticker, digest, everybody as people_of, fetch, give, moving_picture, numbers, output, picture, \
    ring, some_file, sound

PEOPLE = 'tdlib', 'mtcute', 'telethon', 'pyrogram', 'gramjs'
ONCE = 2 ** 31 - 1


async def everybody(stage):
    return await people_of(stage, *PEOPLE)


async def show(a, b, kind, path, **how):
    """a sends it to b: (a's message, b's message)"""
    caption, mark = '%s %d' % (kind, next(numbers)), b.mark()
    mine = await a.call('send_media', 120, to=b.me['id'], kind=kind, path=str(path), caption=caption, **how)
    return mine, await b.wait_text(caption, since=mark, timeout=60)


async def test_video(stage):
    """A GIF that moves comes as a video; that video, sent as one, has its sides, its length and a thumb."""
    people = await everybody(stage)
    mine, theirs = await show(people['telethon'], people['mtcute'], 'gif', await moving_picture(stage))
    m = await people['mtcute'].media(of=people['telethon'].me['id'], id=theirs['id'])
    expect_equal((m['kind'], m['mime'], m['w'], m['h']), ('gif', 'video/mp4', 320, 240), 'an animated GIF')
    made = await fetch(stage, people['mtcute'], people['telethon'].me['id'], theirs['id'])
    path = made.rename(made.with_suffix('.mp4'))
    expect_equal(path.read_bytes()[4:8], b'ftyp', 'the video is an MP4')
    thumb = await picture(stage, 320, 240)
    for a, b in ring(people):
        for own in None, str(thumb):
            _, theirs = await show(a, b, 'video', path, thumb=own, duration=1, w=320, h=240)
            m = await b.media(of=a.me['id'], id=theirs['id'])
            expect_equal((m['kind'], m['w'], m['h'], m['mime']), ('video', 320, 240, 'video/mp4'), 'a video from %r to %r' % (a, b))
            expect(m['duration'] >= 1 and 'm' in m['thumbs'], 'its length and thumb: %r' % m)
        expect_equal(digest(await fetch(stage, b, a.me['id'], theirs['id'])), digest(path), 'its bytes')


async def test_voice(stage):
    wave = random.randbytes(63).hex()
    for a, b in ring(await everybody(stage)):
        _, theirs = await show(a, b, 'voice', sound(stage), duration=2, waveform=wave)
        m = await b.media(of=a.me['id'], id=theirs['id'])
        expect_equal((m['kind'], m['duration']), ('voice', 2), 'a voice from %r to %r' % (a, b))
        if a.library == 'pyrogram':  # it says nothing of a waveform, so the server has looked for one
            expect(len(m['waveform']) == 126 and m['waveform'] != '00' * 63, 'a waveform of what is heard: %r' % m)
        else:
            expect_equal(m['waveform'][:124], wave[:124], 'the waveform that %r has sent' % a)  # 100 samples are 62.5 bytes


async def test_stickers(stage):
    """Sets made by two libraries, installed and used by others, a still sticker and one that moves."""
    people = await everybody(stage)
    for maker in people['tdlib'], people['mtcute']:
        name = 'Set_%s_%d' % (maker.library, random.getrandbits(30))
        still = await picture(stage, 512, 512, 'png' if maker is people['tdlib'] else 'webp')  # a PNG becomes a WebP
        items = [{'path': str(still), 'emoji': '👍'}, {'path': str(animated_sticker(stage)), 'emoji': '🔥'}]
        mimes = ['image/webp', 'application/x-tgsticker']
        expect_equal(await maker.create_sticker_set(name=name, title='What moves', stickers=items), mimes, 'the set of %r' % maker)
        for c in people['telethon'], people['pyrogram'], *(c for c in (people['tdlib'], people['mtcute']) if c is not maker):
            got = await c.sticker_set(name=name)
            expect_equal((got['title'], got['mimes'], sorted(got['emoji']), got['installed']),
                         ('What moves', mimes, sorted(['👍', '🔥']), True), 'the set for %r' % c)
        for a, b in (people['telethon'], people['tdlib']), (people['tdlib'], people['mtcute']), (people['mtcute'], people['telethon']):
            mark = b.mark()
            await a.call('send_sticker', 60, to=b.me['id'], set=name, place=1)
            theirs = (await b.wait('new', lambda e: not e['message']['out'], since=mark))['message']
            m = await b.media(of=a.me['id'], id=theirs['id'])
            expect_equal((m['kind'], m['emoji'], m['mime']), ('sticker', '🔥', mimes[1]), 'a sticker from %r to %r' % (a, b))


async def test_profile_photo(stage):
    people = await everybody(stage)
    ways = [(a, b) for a, b in ring({k: v for k, v in people.items() if k != 'gramjs'})]
    for a, b in ways:
        for n in range(2):
            await a.call('set_photo', 60, path=str(await picture(stage, 700, 900)))
        expect_equal(len(await b.photos(of=a.me['id'])), 2, 'photos of %r for %r' % (a, b))
        got = pathlib.Path(await b.download_photo(of=a.me['id'], path=str(stage.dir / ('profile-%d.jpg' % next(numbers)))))
        expect_equal(got.read_bytes()[:3], b'\xff\xd8\xff', 'the photo of %r is a JPEG' % a)
        await a.delete_photo()
        expect_equal(len(await a.photos(of=a.me['id'])), 1, 'one is left for %r' % a)
        if b.library != 'tdlib':  # it answers from what it knows
            expect_equal(len(await b.photos(of=a.me['id'])), 1, 'and for %r' % b)


async def test_profile_video(stage):
    """A profile that moves: a square without sound, and the picture at the second that was chosen."""
    people = await everybody(stage)
    td, te = people['tdlib'], people['telethon']
    mine, _ = await show(te, td, 'gif', await moving_picture(stage))
    got = await fetch(stage, te, td.me['id'], mine['id'])
    path = got.rename(got.with_suffix('.mp4'))
    for a, b in (td, te), (te, td):
        mine = a.me['id']
        await a.set_photo(path=str(path), video=True, start=0.5)
        shown = await until('it moves', lambda: b.photo_of(of=mine), lambda p: p and p['moves'] and p.get('start') == 0.5)
        expect_equal((shown['personal'], shown['side']), (False, 240), 'the photo of %r for %r' % (a, b))
        videos = [stage.dir / ('moving-%d.mp4' % next(numbers)) for _ in range(2)]
        for c, to in zip((a, b), videos):
            await c.download_moving(of=mine, path=str(to))
        expect_equal(digest(videos[0]), digest(videos[1]), 'both have the same video')
        expect_equal(videos[0].read_bytes()[4:8], b'ftyp', 'which is an MP4')
        still = pathlib.Path(await b.download_photo(of=mine, path=str(stage.dir / ('profile-%d.jpg' % next(numbers)))))
        expect_equal(still.read_bytes()[:3], b'\xff\xd8\xff', 'and a picture')
        await a.delete_photo()


async def make_set(c, stage, kind):
    """A set of one animation: (its id, its name, its only sticker)"""
    name = '%s_%d' % (kind, random.getrandbits(30))
    item = {'@type': 'inputSticker', 'sticker': {'@type': 'inputFileLocal', 'path': str(animated_sticker(stage))},
            'format': {'@type': 'stickerFormatTgs'}, 'emojis': '🔥'}
    made = await c.call('invoke', 60, method='createNewStickerSet', args={
        'title': kind, 'name': name, 'sticker_type': {'@type': 'stickerType' + kind}, 'stickers': [item]})
    return made['id'], name, made['stickers'][0]


async def sticker_of(td, user):
    """What TDLib would draw as somebody's photo."""
    return ((await td.invoke(method='getUserFullInfo', args={'user_id': user})).get('photo') or {}).get('sticker')


async def test_profile_drawn(stage):
    """A profile photo that is an emoji or a sticker on colours, which clients draw themselves; who does not is shown a picture."""
    people = await everybody(stage)
    td, te, mt = people['tdlib'], people['telethon'], people['mtcute']
    _, _, emoji = await make_set(td, stage, 'CustomEmoji')
    cats, name, cat = await make_set(td, stage, 'Regular')
    fill = {'@type': 'backgroundFillFreeformGradient', 'colors': [0xff0000, 0x00ff00, 0x0000ff]}
    for kind, on in ({'@type': 'chatPhotoStickerTypeCustomEmoji', 'custom_emoji_id': emoji['full_type']['custom_emoji_id']}, fill), \
            ({'@type': 'chatPhotoStickerTypeRegularOrMask', 'sticker_set_id': cats, 'sticker_id': cat['id']},
             {'@type': 'backgroundFillSolid', 'color': 0x123456}):
        await td.call('invoke', 60, method='setProfilePhoto', args={'is_public': False, 'photo': {
            '@type': 'inputChatPhotoSticker', 'sticker': {'@type': 'chatPhotoSticker', 'type': kind, 'background_fill': on}}})
        want = {'emoji': kind.get('custom_emoji_id'), 'set': kind.get('sticker_set_id'), 'sticker': kind.get('sticker_id'),
                'colours': on.get('colors') or [on['color']]}
        await until('Telethon sees it', lambda: te.drawn(of=td.me['id']), lambda d: d == want)
        await until('the same for TDLib itself', lambda: sticker_of(td, td.me['id']), lambda k: k and k['type'] == kind)
        still = pathlib.Path(await mt.download_photo(of=td.me['id'], path=str(stage.dir / ('profile-%d.jpg' % next(numbers)))))
        expect_equal(still.read_bytes()[:3], b'\xff\xd8\xff', 'a picture for mtcute')
    # With a picture of what was drawn, as apps for phones send it.
    await te.set_photo(path=str(await picture(stage, 640, 640)), sticker=name, colours=[0xabcdef])
    shown = await until('TDLib sees the sticker', lambda: sticker_of(td, te.me['id']), lambda k: k)
    expect_equal((shown['type'].get('sticker_set_id'), shown['background_fill']['color']), (cats, 0xabcdef), 'the sticker of Telethon')
    await te.delete_photo()
    for _ in range(2):
        await td.delete_photo()
    expect_clean_logs(td, mt)


async def test_group_video(stage):
    """The photo of a supergroup moves: set by TDLib and by Telethon, each sees what the other has chosen."""
    people = await everybody(stage)
    td, te = people['tdlib'], people['telethon']
    mine, _ = await show(te, td, 'gif', await moving_picture(stage))
    got = await fetch(stage, te, td.me['id'], mine['id'])
    path = got.rename(got.with_suffix('.mp4'))
    chat = await new_room(td, 'What moves', te)
    await td.invoke(method='setChatMemberStatus', args={'chat_id': chat, 'member_id': {'@type': 'messageSenderUser', 'user_id': te.me['id']},
                    'status': {'@type': 'chatMemberStatusAdministrator', 'rights': {'@type': 'chatAdministratorRights', 'can_change_info': True}}})
    await td.call('invoke', 60, method='setChatPhoto', args={'chat_id': chat, 'photo': {
        '@type': 'inputChatPhotoAnimation', 'animation': {'@type': 'inputFileLocal', 'path': str(path)}, 'main_frame_timestamp': 0.5}})
    shown = await until('Telethon sees that it moves', lambda: te.group_photo(of=chat), lambda p: p)
    expect_equal((shown['side'], shown['start']), (240, 0.5), 'the photo of the group')
    await te.call('set_group_photo', 60, of=chat, path=str(path), start=0.25)
    changed = await until('TDLib sees another', lambda: td.invoke(method='getSupergroupFullInfo', args={'supergroup_id': -chat - 10 ** 12}),
                          lambda f: ((f.get('photo') or {}).get('animation') or {}).get('main_frame_timestamp') == 0.25)
    expect_equal(changed['photo']['animation']['length'], 240, 'its side')
    expect(changed['photo']['id'] != shown['id'], 'it is another photo')
    m = (await te.history(of=chat, limit=1))[0]
    expect(m['service'], 'a message tells of it: %r' % m)
    expect_clean_logs(td)


async def test_photos_of_others(stage):
    """Somebody shows himself another photo of a contact, who knows nothing of it; or proposes it, and the contact takes it."""
    people = await everybody(stage)
    td, te, mt = people['tdlib'], people['telethon'], people['mtcute']
    for a, b in (td, te), (te, td):
        own = a.me['id']
        await b.set_photo(path=str(await picture(stage, 500, 500)))
        before = (await until('it is seen', lambda: a.photo_of(of=b.me['id']), lambda p: p))['id']
        await a.personal_photo(of=b.me['id'], path=str(await picture(stage, 600, 600)))
        shown = await until('%r sees what it chose' % a, lambda: a.photo_of(of=b.me['id']), lambda p: p['personal'])
        expect(shown['id'] != before, 'it is another')
        mine = await b.photo_of(of=b.me['id'])
        expect_equal((mine['id'], mine['personal']), (before, False), '%r sees its own' % b)
        await a.personal_photo(of=b.me['id'], path=None)
        await until('it is taken back', lambda: a.photo_of(of=b.me['id']), lambda p: (p['id'], p['personal']) == (before, False))
        mark = b.mark()
        await a.propose_photo(to=b.me['id'], path=str(await picture(stage, 700, 700)))
        m = (await b.wait('new', lambda e: e['message']['peer'] == own, since=mark))['message']
        expect(m['service'] and not m['out'], 'a proposal is a message: %r' % m)
        id = await b.take_proposed(of=own)
        await until('everybody sees it', lambda: a.photo_of(of=b.me['id']), lambda p: p['id'] == id)
        for _ in range(2):
            await b.delete_photo()
    expect_clean_logs(td, mt)


async def test_edited(stage):
    """A file is put in the place of another, and both sides have the new one."""
    people = await everybody(stage)
    for a, b in ring({k: v for k, v in people.items() if k != 'gramjs'}):
        mine, theirs = await give(a, b, some_file(stage, 5000))
        path, caption, mark = some_file(stage, 200_000), 'edited %d' % next(numbers), b.mark()
        await a.call('edit_media', 60, to=b.me['id'], id=mine['id'], path=str(path), caption=caption)
        m = await b.wait_text(caption, kind='edit', since=mark)
        expect_equal(m['id'], theirs['id'], 'the same message')
        for c, of, id in (b, a, theirs['id']), (a, b, mine['id']):
            expect_equal(digest(await fetch(stage, c, of.me['id'], id)), digest(path), 'what %r has of it' % c)


async def test_once(stage):
    """What is to be seen once is seen, and then gone on both sides."""
    people = await everybody(stage)
    td, mt, te, py = (people[k] for k in ('tdlib', 'mtcute', 'telethon', 'pyrogram'))
    for a, b in (td, te), (te, mt), (mt, td), (py, te):
        mine, theirs = await show(a, b, 'photo', await picture(stage, 640, 480), ttl=60 if a is py else ONCE)
        m = await b.media(of=a.me['id'], id=theirs['id'])
        expect_equal((m['kind'], m['ttl']), ('photo', 60 if a is py else ONCE), 'a photo with a lifetime from %r to %r' % (a, b))
        if a is py:
            continue
        await b.open(of=a.me['id'], id=theirs['id'])
        for c, of, id in (b, a, theirs['id']), (a, b, mine['id']):
            for _ in range(50):
                m = await c.media(of=of.me['id'], id=id)
                if m['kind'] == 'expired':
                    break
                await asyncio.sleep(0.1)
            expect_equal(m['kind'], 'expired', 'it is gone for %r' % c)


async def test_stranger(stage):
    """Whoever has another's way to a file, with its access hash and reference, has nothing."""
    people = await everybody(stage)
    a, b = people['telethon'], people['tdlib']
    stranger = await stage.person('telethon', 'Stranger')
    mine, theirs = await give(a, b, some_file(stage, 100_000))
    at = await a.location(of=b.me['id'], id=mine['id'])
    expect_equal(await a.fetch_location(**at), 4096, 'its own way leads to it')
    try:
        await stranger.fetch_location(**at)
        expect(False, 'the way of another leads nowhere')
    except Refused as e:
        expect(e.code == 400, 'it is refused, not %r' % e)
    for c, of, id in (b, a, theirs['id']), (people['mtcute'], b, None), (people['pyrogram'], b, None):
        if id is None:
            _, got = await give(b, c, some_file(stage, 100_000))
            id = got['id']
        remote = await c.remote(of=of.me['id'], id=id)
        other = await stage.client(c.library)
        await stage.sign_in(other, '99966%d%04d' % (1 + next(stage.numbers) % 9, 5000 + next(stage.numbers)), 'Thief')
        try:
            path = await other.call('download_remote', 60, remote=remote, path=str(stage.dir / ('stolen-%d' % next(numbers))))
            nothing = not path or pathlib.Path(path).stat().st_size == 0  # Pyrogram writes of a refusal into its log alone
            expect(c.library == 'pyrogram' and nothing, 'what %r names leads nowhere for another: %r' % (c, path))
        except Refused as e:
            expect(c.library != 'pyrogram' and (e.code in (400, 404) or c.library == 'mtcute'), 'it is refused: %r' % e)
        await other.end()


async def test_reactions(stage):
    """The reactions that come with the server: TDLib offers all of them, and each animation can be had."""
    people = await everybody(stage)
    td, te = people['tdlib'], people['telethon']
    got = await te.call('call', text='messages.GetAvailableReactionsRequest(0)')
    emoji = [r['reaction'] for r in got['reactions']]
    expect(len(emoji) >= 10 and emoji[0] == '👍', 'what is offered: %r' % emoji)
    again = await te.call('call', text='messages.GetAvailableReactionsRequest(%d)' % got['hash'])
    expect_equal(again['_'], 'AvailableReactionsNotModified', 'the second answer')
    top = await te.call('call', text='messages.GetTopReactionsRequest(5, 0)')
    expect_equal([r['emoticon'] for r in top['reactions']], emoji[:5], 'those at the top')
    await td.wait('reactions', lambda e: set(e['emoji']) == set(emoji))
    for e in emoji[0], emoji[-1]:
        r = await td.reaction(emoji=e)
        expect(r['active'] and r['title'], 'TDLib offers %s: %r' % (e, r))
        for part, f in r['parts'].items():
            data = pathlib.Path(f['path']).read_bytes()
            if part == 'static_icon':
                expect_equal((f['format'], data[8:16]), ('stickerFormatWebp', b'WEBPVP8L'), 'the icon of %s' % e)
                expect_equal(await output('identify', '-format', '%w %h', f['path']), b'512 512', 'its size')
            else:
                o = json.loads(gzip.decompress(data))
                expect_equal((f['format'], o['w'], o['fr']), ('stickerFormatTgs', 512, 60), '%s of %s' % (part, e))
    known = set(emoji)
    heard = [e for e in td.events if e['event'] == 'reactions']
    expect(heard and known == set(heard[-1]['emoji']), 'TDLib says which are active: %r' % heard)


async def test_take_down(stage):
    """What the operator takes down is had by nobody, in no chat; the messages stay, and so does everything else."""
    people = await everybody(stage)
    te, mt, py = people['telethon'], people['mtcute'], people['pyrogram']
    path, other = some_file(stage, 200_000), some_file(stage, 200_000)
    mine, theirs = await give(te, mt, path)
    await mt.forward(to=py.me['id'], source=te.me['id'], ids=[theirs['id']])
    third = (await py.history(of=mt.me['id'], limit=1))[0]
    _, kept = await give(te, mt, other)
    expect_equal(digest(await fetch(stage, py, mt.me['id'], third['id'])), digest(path), 'it is there')
    await admin(stage, 'media', 'take-down', digest(path))
    for c, of, id in (te, mt, mine['id']), (mt, te, theirs['id']):
        try:
            await fetch(stage, c, of.me['id'], id, timeout=60)
            expect(False, 'nobody has it any more, nor does %r' % c)
        except Refused as e:
            expect('LOCATION_INVALID' in str(e) or 'LocationInvalid' in str(e), 'what %r hears: %s' % (c, e))
        expect(id in [m['id'] for m in await c.history(of=of.me['id'], limit=5)], 'the message stays')
    expect_equal(digest(await fetch(stage, mt, te.me['id'], kept['id'])), digest(other), 'other files are there')
    # Nor does anybody send the same bytes again, until it is allowed.
    for c, to in (te, mt), (mt, te), (py, mt):
        await refused('MEDIA_INVALID', c.call('send_file', 60, to=to.me['id'], path=str(path), caption='again'))
    rows = (await admin(stage, 'media', 'refused'))['rows']
    expect_equal([r['sha256'] for r in rows], [digest(path)], 'it is remembered')
    for code in 0, 1:  # it is allowed once
        await admin(stage, 'media', 'allow', digest(path), code=code)
    _, theirs = await give(te, mt, path)
    expect_equal(digest(await fetch(stage, mt, te.me['id'], theirs['id'])), digest(path), 'it is there again')
    await admin(stage, 'blobs', 'check')


async def test_clean_logs(stage):
    expect_clean_logs(*(await everybody(stage)).values())
