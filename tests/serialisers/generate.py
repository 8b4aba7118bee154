"""generate.py - random TL objects in a neutral form, for serialisers written by others.

An object is {"_": name, "id": 8 hex digits, "f": {field: value}}; absent optional fields are left out. Values: int and double as
numbers, Bool and true as booleans, string as text, {"l": "decimal"} for long, {"b": "hex"} for bytes, lists, objects.
"""
import re

FLAG = re.compile(r'^(flags\d*)\.(\d+)\?(.*)$')
VECTOR = re.compile(r'^Vector<(.*)>$')
ALPHABETS = ['abcdefghij KLMNOP 0123456789', 'سلام دنیا ‌ی ک', 'Привет, мир ёж', '你好世界', '😀👩‍👩‍👧🇮🇷']
WIDE = re.compile(r'hash|random_id|fingerprint|key_id|salt|session|nonce|query_id|secret')


def fields(form):
    """(name, type, (word, bit) or None) of each field that carries something."""
    out = []
    for f in form.fields:
        if f.startswith('{'):
            continue
        name, _, t = f.partition(':')
        m = FLAG.match(t)
        flag = (m[1], int(m[2])) if m else None
        t = m[3] if m else t
        if t != '#':
            out.append((name, t, flag))
    return out


class Generator:
    """Random objects of the forms that are in force in one layer, out of those that the other side knows."""

    def __init__(self, forms, layer, known, random):
        self.random, self.layer = random, layer
        self.types, self.tops = {}, []
        forms = [f for f in forms if layer in f.layers and f.id in known and self.can_say(f)]
        for f in forms:
            self.tops.append(f)
            if not f.is_method:
                self.types.setdefault(f.type, []).append(f)
        self.depth = {}
        self.measure()
        self.tops = [f for f in self.tops if self.form_depth(f) is not None]

    @staticmethod
    def can_say(form):
        text = ' '.join(form.fields)
        return '!X' not in text and 'vector<' not in text and (form.is_method or form.type not in ('Bool', 'True'))

    def inner(self, form, required):
        """Boxed types of the fields."""
        for name, t, flag in fields(form):
            if required and (flag or VECTOR.match(t)):
                continue
            m = VECTOR.match(t)
            t = m[1] if m else t
            if t[0].isupper() or '.' in t:
                if t != 'Bool':
                    yield t

    def form_depth(self, form):
        deep = [self.depth.get(t) for t in self.inner(form, True)]
        return None if None in deep else 1 + max(deep, default=0)

    def measure(self):
        """How deep the shallowest object of each type is; types without one (the other side lacks them) have none."""
        changed = True
        while changed:
            changed = False
            for t, forms in self.types.items():
                best = min((d for d in map(self.form_depth, forms) if d is not None), default=None)
                if best is not None and best != self.depth.get(t):
                    self.depth[t] = best
                    changed = True

    def text(self):
        letters = self.random.choice(ALPHABETS)
        n = self.random.choice([0, 1, 3, 10, 60, 300])
        return ''.join(self.random.choice(letters) for _ in range(n)) if '‍' not in letters else letters[:n]

    def value(self, name, t, room):
        r = self.random
        m = VECTOR.match(t)
        if m:
            inner = m[1]
            if inner[0].isupper() and inner not in self.depth:
                return []
            n = r.choice([0, 1, 1, 2, 3]) if room > 0 else 0
            return [self.value(name, inner, room - 1) for _ in range(n)]
        if t == 'int':
            return r.choice([1 if name.endswith('id') else 0, 1, r.randrange(1 << 31), -r.randrange(1 << 31), 2147483647])
        if t == 'long':
            return {'l': str(r.randrange(-1 << 63, 1 << 63) if WIDE.search(name) else r.randrange(1 << 51))}
        if t == 'double':
            return r.randrange(-4000, 4000) / 8
        if t == 'string':
            return self.text()
        if t in ('bytes', 'int128', 'int256'):
            n = {'bytes': r.choice([0, 1, 5, 253, 254, 400]), 'int128': 16, 'int256': 32}[t]
            return {'b': r.randbytes(n).hex()}
        if t == 'Bool':
            return r.random() < 0.5
        if t == 'true':
            return True
        return self.object(t, room)

    def object(self, boxed, room):
        forms = [(f, self.form_depth(f)) for f in self.types[boxed]]
        forms = [(f, d) for f, d in forms if d is not None]
        if room <= 0:
            least = min(d for f, d in forms)
            forms = [(f, d) for f, d in forms if d == least]
        return self.of(self.random.choice(forms)[0], room)

    def of(self, form, room=3):
        parts = fields(form)
        on = {}
        for name, t, flag in parts:
            if flag and flag not in on:
                on[flag] = self.random.random() < (0.6 if room > 0 else 0.1)
        for name, t, flag in parts:  # all fields of one bit are there or none
            m = VECTOR.match(t)
            inner = m[1] if m else t
            if flag and inner[0].isupper() and inner != 'Bool' and (inner not in self.depth or room <= 0):
                on[flag] = False
        out = {}
        for name, t, flag in parts:
            if flag and not on[flag]:
                continue
            v = self.value(name, t, room - 1)
            if flag and v == []:  # most serialisers take an empty optional vector for an absent one
                v = [self.value(name, VECTOR.match(t)[1], 0)]
            out[name] = v
        return {'_': form.name, 'id': form.id, 'f': out}
