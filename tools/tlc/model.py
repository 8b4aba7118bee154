"""model.py - schema/*.tl as names, shapes and fields; refuses what the codec could not carry."""
import os
import re
import zlib

FIRST, LAST = 133, 228
LINE = re.compile(r'^\[([\d,-]+)\] (\S+?)#([0-9a-f]{1,8})((?: \S+)*) = (.+?);\s*(//.*)?$')
FLAG = re.compile(r'^(flags\d*)\.(\d+)\?(.+)$')
VECTOR = re.compile(r'^Vector<(.+)>$')
SCALARS = {'int': 'INT', 'long': 'LONG', 'double': 'DOUBLE', 'string': 'STR', 'bytes': 'STR', 'Bool': 'BOOL',
           'int128': 'INT128', 'int256': 'INT256'}
KEYWORDS = set('''auto break case char const continue default do double else enum extern float for goto if inline int long
register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true
false asm typeof o linux unix'''.split())


class Refused(Exception):
    """The schema says something that cannot be compiled; the text names file, line and the mend."""


class Field:
    """One field of one shape: wire kind, flag bit, and later where it lies in the struct."""

    def __init__(self, text, where):
        self.name, _, t = text.partition(':')
        if not t:
            raise Refused('%s: field without a type: %s' % (where, text))
        self.word, self.bit = None, None
        m = FLAG.match(t)
        if m:
            self.word, self.bit, t = m[1], int(m[2]), m[3]
            if self.bit > 31:
                raise Refused('%s: a flag word has 32 bits: %s' % (where, text))
        self.type = t
        self.boxed = None  # name of the boxed type that an object or element must have
        m = VECTOR.match(t)
        if t == '#':
            self.kind = 'FLAGS'
        elif t == 'true':
            self.kind = 'TRUE'
            if self.word is None:
                raise Refused('%s: %s: true without a flag' % (where, text))
        elif t in SCALARS:
            self.kind = SCALARS[t]
        elif m and m[1] in ('int', 'long', 'string', 'bytes'):
            self.kind = {'int': 'VEC_INT', 'long': 'VEC_LONG'}.get(m[1], 'VEC_STR')
        elif m:
            self.kind, self.boxed = 'VEC_OBJ', m[1]
        elif re.match(r'^[A-Za-z][\w.]*$', t):
            self.kind, self.boxed = 'OBJ', t
        else:
            raise Refused('%s: type not supported: %s' % (where, t))
        if self.boxed and not re.match(r'^[\w.]*[A-Z]\w*$', self.boxed):
            raise Refused('%s: not a boxed type: %s' % (where, self.boxed))


class Shape:
    """One form: an id, its layers, its fields."""

    def __init__(self, where, layers, name, ident, fields, result, is_method, marked, text):
        self.where, self.layers, self.name, self.id = where, layers, name, ident
        self.fields = [Field(f, where) for f in fields]
        self.result, self.is_method, self.text = result, is_method, text
        words = [f.name for f in self.fields if f.kind == 'FLAGS']
        for f in self.fields:
            if f.word and f.word not in words:
                raise Refused('%s: %s uses %s, which is not there' % (where, f.name, f.word))
        if len(words) > 3:
            raise Refused('%s: more than three flag words' % where)
        names = [f.name for f in self.fields]
        for n in names:
            if names.count(n) > 1:
                raise Refused('%s: two fields are called %s' % (where, n))
        if (crc(name, fields, result) == ident) == marked:
            raise Refused('%s: %s#%08x: CRC32 is %08x; mend the line or mark it "// crc!"'
                          % (where, name, ident, crc(name, fields, result)))

    def takes(self, other):
        """Takes in a line of the same id that differs by `flags.N?true` fields only, which the id does not count: the
        form is then both lines' layers and all their fields. False: it is another form."""
        def counted(s):
            return [(f.name, f.word, f.bit, f.type) for f in s.fields if f.kind != 'TRUE']
        if (self.name, self.is_method, self.result, counted(self)) != (other.name, other.is_method, other.result, counted(other)):
            return False
        at = 0
        for f in other.fields:
            same = [i for i, g in enumerate(self.fields) if g.name == f.name]
            if same:
                if (self.fields[same[0]].word, self.fields[same[0]].bit) != (f.word, f.bit):
                    return False
                at = same[0] + 1
            else:
                self.fields.insert(at, f)
                at += 1
        if any(a <= d and c <= b for a, b in self.layers for c, d in other.layers):
            raise Refused('%s: %s: layers overlap with %s' % (other.where, self.name, self.where))
        if other.layers[-1] > self.layers[-1]:
            self.text = other.text
        self.layers = sorted(self.layers + other.layers)
        return True


class Name:
    """A constructor or method: all its shapes, newest last, and the united fields of its struct."""

    def __init__(self, name, is_method):
        self.name, self.is_method, self.shapes = name, is_method, []
        self.c = name.replace('.', '_')
        self.members = []  # (c name, kind, optional) in order

    def unite(self):
        self.shapes.sort(key=lambda s: max(b for _, b in s.layers))
        by_name = {}
        for s in reversed(self.shapes):
            for f in s.fields:
                if f.kind == 'FLAGS':
                    continue
                c = f.name + '_' if f.name in KEYWORDS else f.name
                have = by_name.get(c)
                if have and not same_c(have['kind'], f.kind):
                    c = '%s_%s' % (f.name, re.sub(r'\W+', '_', f.type).strip('_').lower())
                    have = by_name.get(c)
                if have and not same_c(have['kind'], f.kind):
                    raise Refused('%s: field %s has too many types' % (s.where, f.name))
                if not have:
                    have = by_name[c] = {'c': c, 'kind': f.kind, 'optional': False, 'boxed': f.boxed}
                    self.members.append(have)
                if {have['kind'], f.kind} == {'INT', 'LONG'}:
                    have['kind'] = 'LONG'
                if f.word and f.kind not in ('TRUE', 'OBJ', 'STR', 'VEC_INT', 'VEC_LONG', 'VEC_STR', 'VEC_OBJ'):
                    have['optional'] = True
                f.c = c
                f.member = have


def same_c(a, b):
    """Do two wire kinds share one C member?"""
    return a == b or {a, b} == {'INT', 'LONG'} or {a, b} == {'TRUE', 'BOOL'}


def crc(name, fields, result):
    """CRC32 of a line as Telegram's generator normalises it: `true` flags do not count, bytes are strings."""
    t = ' '.join([name] + fields) + ' = ' + result
    t = re.sub(r' \w+:flags\d*\.\d+\?true', '', t)
    t = t.replace(':bytes ', ':string ').replace('?bytes ', '?string ')
    t = re.sub(r'[>{}]', '', t.replace('<', ' '))
    return zlib.crc32(t.encode())


def ranges(text, where):
    out = []
    for part in text.split(','):
        a, _, b = part.partition('-')
        a, b = int(a), int(b or a)
        if not FIRST <= a <= b <= LAST:
            raise Refused('%s: layers outside %d-%d: %s' % (where, FIRST, LAST, part))
        out.append((a, b))
    return out


def read(path):
    """Shapes of one file. Wrappers such as invokeWithLayer ({X:Type}) belong to mtproto and are left out."""
    out, is_method = [], False
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            where, line = '%s:%d' % (os.path.basename(path), n), line.strip()
            if line in ('---types---', '---functions---'):
                is_method = line == '---functions---'
            elif line and not line.startswith('//'):
                m = LINE.match(line)
                if not m:
                    raise Refused('%s: not a TL line: %s' % (where, line))
                if '{X:Type}' in m[4]:
                    continue
                out.append(Shape(where, ranges(m[1], where), m[2], int(m[3], 16), m[4].split(), m[5], is_method,
                                 bool(m[6] and 'crc!' in m[6]), line.split('] ', 1)[1]))
    return out


class Schema:
    def __init__(self, shapes):
        self.names, self.shapes, ids, self.types = {}, [], {}, {}
        for s in shapes:
            have = ids.setdefault(s.id, s)
            if have is s:
                self.shapes.append(s)
            elif not have.takes(s):
                raise Refused('%s: #%08x stands already at %s' % (s.where, s.id, have.where))
        for s in self.shapes:
            n = self.names.setdefault((s.name, s.is_method), Name(s.name, s.is_method))
            for o in n.shapes:
                if any(a <= d and c <= b for a, b in s.layers for c, d in o.layers):
                    raise Refused('%s: %s: layers overlap with %s' % (s.where, s.name, o.where))
            n.shapes.append(s)
            if not s.is_method:
                self.types.setdefault(s.result, set()).add(s.name)
        seen = {}
        for n in self.names.values():
            if n.c in seen:
                raise Refused('%s: two things are called %s in C' % (n.shapes[0].where, n.c))
            seen[n.c] = n
            n.unite()
        for s in self.shapes:
            for t in [f.boxed for f in s.fields if f.boxed] + ([boxed_result(s)] if s.is_method else []):
                if t and t not in self.types:
                    raise Refused('%s: no constructor of %s is served; dev/schema-add one' % (s.where, t))
        self.constructors = sorted((n for n in self.names.values() if not n.is_method), key=lambda n: n.name)
        self.methods = sorted((n for n in self.names.values() if n.is_method), key=lambda n: n.name)
        self.type_list = sorted(self.types)


def boxed_result(s):
    """Boxed type behind a method's result, None for Vector<int> and its like."""
    m = VECTOR.match(s.result)
    t = m[1] if m else s.result
    return None if t in ('int', 'long', 'string', 'bytes') else t


def load(files):
    shapes = []
    for path in sorted(files):
        if os.path.basename(path) != 'mtproto.tl':
            shapes += read(path)
    return Schema(shapes)
