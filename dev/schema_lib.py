"""schema_lib.py - reading TL lines for the dev/schema-* tools: our schema/*.tl and, where present, the history of facts
(../shared/tl/api-history.tl, or the path in TL_HISTORY). No tool of the build depends on this file."""
import os
import re
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCHEMA = os.path.join(ROOT, 'schema')
FIRST, LAST = 133, 228
UNPUBLISHED = {141, 153, 157, 215, 219, 226}  # layers that nobody published: part of any range around them
BARE = {'int', 'long', 'double', 'string', 'bytes', 'int128', 'int256', 'true', '#', '!X', 'X', 'X:Type', 'Object'}

# boxed type or method name -> file; the first match wins
DOMAINS = [
    ('base', r'^(Bool|True|Null|Error)$'),
    ('auth', r'^(auth\.|CodeSettings|EmailVer|EmailVerify|PasswordKdf|InputCheckPassword|SecurePassword|invokeWith|invokeAfter|initConnection|'
             r'InputClientProxy|InputPasskey|Passkey|MessageRange$)'),
    ('payments', r'^(payments\.|Star|Paid|Payment|Invoice|InputInvoice|LabeledPrice|PostAddress|ShippingOption|Premium|Secure|InputSecure|'
                 r'DisallowedGifts|premium\.|Boost|InputStar|messages\.setBot(Shipping|Precheckout))'),
    ('secret', r'(Encrypt|messages\.DhConfig|getDhConfig|receivedQueue)'),
    ('stickers', r'([Ss]tickers\.|Sticker|EmojiProfilePhoto|EmojiStatusGroups|^EmojiStatus|^InputEmojiStatus|EmojiList|EmojiKeyword|EmojiGroup|emojiGroup|EmojiURL|EmojiLanguage|SavedGifs|MaskCoords|'
                 r'messages\.saveGif|CustomEmoji|messages\.(s|S)earch(Emoji|Custom))'),
    ('stories', r'^(stories\.|Story|Stories|PeerStories|MediaArea|UserStories|RecentStory|InputStory)'),
    ('phone', r'^(phone\.|PhoneC|InputPhoneCall|GroupCall|InputGroupCall)'),
    ('pages', r'^(Page|RichText|RichMessage|InputRich|WebPage|messages\.WebPage|messages\.getWebPage|messages\.(get|trans|compose)\w*Rich)'),
    ('bots', r'(^bots?\.|messages\.BotApp|messages\.getBotApp|messages\.BotResults|^Bot|^InputBot|Inline|Callback|WebView|AttachMenu|attachMenu|^Keyboard|^ReplyMarkup|RequestPeerType|RequestedPeer|'
             r'^Game|^InputGame|InlineGame|HighScore|GameScore|UrlAuth|JoinChatBot|startBot|BusinessBotRights|ConnectedBot)'),
    ('dialogs', r'(Dialog|^Folder|^InputFolder|^folders\.|PeerDialogs|Draft|chatlists\.|Chatlist|UnreadMark)'),
    ('channels', r'^(channels\.|Channel|Chat|messages\.(Chat|Exported|Invited|Admins)|ExportedChat|InputChannel|AdminLog|Forum|InputChat|'
                 r'messages\.\w*(Chat|Forum|Invite|Topic|Onlines)|SendAs|MissingInvitee|Communit|RestrictionReason)'),
    ('media', r'^(upload\.|photos\.|storage\.|Photo|InputPhoto|Document|InputDocument|InputFile|FileHash|Video|InputMedia|MessageMedia|MessageExtended|'
              r'InputSingle|InputWeb|WebDocument|InputEncryptedFile|GeoPoint|InputGeo|Poll|Todo|CdnFile|messages\.\w*(Media|Poll|Vote|Todo|Document|Transcri|EmojiGame)|'
              r'InputMessageRead|InputSticker|InputThumb|NotificationSound|account\.\w*Ringtone|account\.SavedRingtone|account\.\w*Music|'
              r'WallPaper|InputWallPaper|Theme|InputTheme|BaseTheme|account\.\w*(WallPaper|Theme))'),
    ('updates', r'^(updates\.|Update)'),
    ('help', r'^(help\.|Config|CdnConfig|CdnPublic|DcOption|NearestDc|JSON|DataJSON|langpack\.|LangPack|InputApp|Timezone|PendingSuggestion|Country)'),
    ('contacts', r'^(contacts\.|Contact|InputContact|Imported|PopularContact|TopPeer|SavedContact|SavedPhone|PeerLocated|PeerBlocked|ExportedContact)'),
    ('account', r'^(account\.|Authorization|WebAuthorization|Privacy|InputPrivacy|AccountDays|PeerNotify|InputPeerNotify|InputNotifyPeer|NotifyPeer|'
                r'GlobalPrivacy|AutoDownload|AutoSave|Reactions?Notif|WebDomain|Business|InputBusiness|ReportReason|Takeout|Birthday|ProfileTab|'
                r'SmsJob|smsjobs\.)'),
    ('users', r'^(users\.|User|InputUser|InputPeer|Peer|EmojiStatus|RequirementToContact|SavedStarGift)'),
    ('messages', r''),
]


def domain_of(form):
    key = form.name if form.is_method else form.type
    for name, pattern in DOMAINS:
        if re.search(pattern, key):
            return name
    return 'messages'


class Form:
    """One form of one name: where it is in force, and its TL."""
    __slots__ = ('name', 'id', 'fields', 'type', 'layers', 'is_method', 'file', 'line', 'marked')

    def tl(self):
        return '%s#%s %s= %s;' % (self.name, self.id, ''.join(f + ' ' for f in self.fields), self.type)

    def bare_fields(self):
        """The fields that occupy bytes: what two lines of the same id must agree in."""
        return [f for f in self.fields if not f.endswith('?true')]

    def true_fields(self):
        return {f for f in self.fields if f.endswith('?true')}

    def boxed(self):
        """Names of the boxed types that the fields and the result use."""
        out = set()
        for t in [re.sub(r'^[^:]+:', '', f) for f in self.fields if not f.startswith('{')] + [self.type]:
            t = re.sub(r'^flags\d*\.\d+\?', '', t)
            while True:
                m = re.match(r'^%?[Vv]ector[< ](.*?)>?$', t)
                if not m:
                    break
                t = m[1]
            if t not in BARE:
                out.add(t)
        return out

    def crc(self):
        t = ' '.join([self.name] + self.fields) + ' = ' + self.type
        t = re.sub(r' \w+:flags\d*\.\d+\?true', '', t)
        t = t.replace(':bytes ', ':string ').replace('?bytes ', '?string ')
        t = re.sub(r'[<]', ' ', t)
        t = re.sub(r'[>{}]', '', t)
        return '%08x' % zlib.crc32(t.encode())


def parse_layers(text):
    out = set()
    for part in text.split(','):
        a, _, b = part.partition('-')
        out |= set(range(int(a), int(b or a) + 1))
    return out - UNPUBLISHED


def show_layers(layers):
    """[133-140,142] -> '133-142': unpublished layers fill gaps."""
    out = []
    for n in sorted(layers):
        if out and all(x in UNPUBLISHED for x in range(out[-1][1] + 1, n)):
            out[-1][1] = n
        else:
            out.append([n, n])
    return ','.join(str(a) if a == b else '%d-%d' % (a, b) for a, b in out)


LINE = re.compile(r'^\[([\d,-]+)\] (\S+?)#([0-9a-f]{1,8})((?: \S+)*) = (.+?);\s*(//.*)?$')


def read(path):
    """All forms of a file. Raises ValueError with file and line on a line that is none."""
    out = []
    is_method = False
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            line = line.strip()
            if line == '---types---':
                is_method = False
            elif line == '---functions---':
                is_method = True
            elif line and not line.startswith('//'):
                m = LINE.match(line)
                if not m:
                    raise ValueError('%s:%d: not a TL line: %s' % (path, n, line))
                o = Form()
                o.layers, o.name, o.id = parse_layers(m[1]), m[2], m[3].zfill(8)
                o.fields, o.type, o.marked = m[4].split(), m[5], bool(m[6] and 'crc!' in m[6])
                o.is_method, o.file, o.line = is_method, path, n
                out.append(o)
    return out


def read_schema():
    out = []
    for name in sorted(os.listdir(SCHEMA)):
        if name.endswith('.tl'):
            out += read(os.path.join(SCHEMA, name))
    return out


def history_path():
    """The file of facts, or None: TL_HISTORY, else ../shared/tl/ beside the clone (a work tree lies one level deeper)."""
    if 'TL_HISTORY' in os.environ:
        places = [os.environ['TL_HISTORY']]
    else:
        places = [os.path.join(ROOT, up, 'shared', 'tl', 'api-history.tl') for up in ('..', os.path.join('..', '..'))]
    return next((p for p in places if os.path.exists(p)), None)


def union(forms):
    """Several lines of one id (they differ in `true` flags only) as one: all flags, all layers."""
    forms = sorted(forms, key=lambda f: max(f.layers))
    out = Form()
    new = forms[-1]
    for k in ('name', 'id', 'type', 'is_method', 'file', 'line', 'marked'):
        setattr(out, k, getattr(new, k))
    out.fields = list(new.fields)
    out.layers = set().union(*[f.layers for f in forms])
    bits = {re.search(r':(flags\d*\.\d+)\?', f)[1] for f in out.fields if f.endswith('?true')}
    for f in reversed(forms[:-1]):
        if f.bare_fields() != out.bare_fields():
            raise ValueError('two shapes under one id: %s and %s' % (f.tl(), out.tl()))
        at = 0
        for x in f.fields:
            if x in out.fields:
                at = out.fields.index(x) + 1
            elif re.search(r':(flags\d*\.\d+)\?', x)[1] not in bits:  # a bit that was renamed keeps its newest name
                out.fields.insert(at, x)
                bits.add(re.search(r':(flags\d*\.\d+)\?', x)[1])
                at += 1
    return out


def facts():
    """The history as {id: Form}, one form an id."""
    by_id = {}
    for f in read(history_path()):
        if f.name.startswith('invokeWith') and f.name.endswith('Prefix'):
            continue  # how one client spells the opening of a wrapper
        by_id.setdefault(f.id, []).append(f)
    return {i: union(v) for i, v in by_id.items()}


def write_schema(forms):
    """Writes api forms to their domains' files (mtproto.tl is written by hand and left alone)."""
    files = {}
    for f in forms:
        files.setdefault(domain_of(f), []).append(f)
    for name, _ in DOMAINS:
        path = os.path.join(SCHEMA, name + '.tl')
        if name not in files:
            if os.path.exists(path):
                os.unlink(path)
            continue
        head = '// %s.tl - wire facts, sorted by name; changed with dev/schema-add, checked by dev/schema-check.\n' % name
        if os.path.exists(path):  # keep the comment that stands before the first section
            old = open(path, encoding='utf-8').read()
            head = old[:old.index('---')].rstrip() + '\n'
        with open(path, 'w', encoding='utf-8') as out:
            out.write(head)
            for title, want in (('types', False), ('functions', True)):
                part = [f for f in files[name] if f.is_method == want]
                if not part:
                    continue
                out.write('\n---%s---\n' % title)
                key = (lambda f: (f.name.lower(), f.name, min(f.layers))) if want else \
                      (lambda f: (f.type.lower(), f.name.lower(), f.name, min(f.layers)))
                last = None
                for f in sorted(part, key=key):
                    if not want and last not in (None, f.type):
                        out.write('\n')
                    last = f.type
                    out.write('[%s] %s%s\n' % (show_layers(f.layers), f.tl(), '' if f.crc() == f.id else ' // crc!'))
