"""defs.py - the tables beside the schema: methods.def, known.def, compat.def, limits.def. Their heads say what columns mean."""
import os

from model import Refused

LANES = ('none', 'read', 'write', 'blob', 'upload', 'cpu')
WHO = ('any', 'user', 'bot', 'both')
KINDS = ('real', 'empty', 'refuse')
PER = ('user', 'key', 'ip', 'phone')
UNITS = {'ms': 1, 's': 1000, 'm': 60000, 'h': 3600000}


def lines(path):
    """(where, text) of each line that says something."""
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            line = line.split('#', 1)[0].strip()
            if line:
                yield '%s:%d' % (os.path.basename(path), n), line


class Method:
    """One served method: where it runs, who may call it, how often."""

    def __init__(self, where, line, rates):
        cells = [c.strip() for c in line.split('|')]
        if len(cells) != 6:
            raise Refused('%s: %d columns instead of 6' % (where, len(cells)))
        self.where = where
        self.name, lane, self.who, self.rate, self.kind, was = cells
        self.c = self.name.replace('.', '_')
        self.was = [w.strip() for w in was.split(',') if w.strip() not in ('', '-')]
        self.lane, _, self.then = lane.partition('>')
        if lane == 'upload':
            self.then = lane
        if self.lane not in LANES or (self.then and (self.lane, self.then) not in (('none', 'blob'), ('upload', 'upload')) and
                                      (self.lane == 'none' or self.then not in ('read', 'write'))):
            raise Refused('%s: no such lane: %s' % (where, lane))
        for what, have, may in (('who', self.who, WHO), ('kind', self.kind, KINDS), ('rate', self.rate, rates)):
            if have not in may:
                raise Refused('%s: %s is one of: %s; not %s' % (where, what, ' '.join(sorted(may)), have))


def methods(path, schema, rates):
    out, seen = [], {}
    for where, line in lines(path):
        m = Method(where, line, rates)
        out.append(m)
    names = {n.name for n in schema.methods}
    for m in out:
        for n in [m.name] + m.was:
            if n not in names:
                raise Refused('%s: %s has no line in schema/*.tl; dev/schema-add %s' % (m.where, n, n))
            if n in seen:
                raise Refused('%s: %s has a row already at %s' % (m.where, n, seen[n]))
            seen[n] = m.where
    return out


def milliseconds(where, text):
    digits = text.rstrip('smh')
    if not digits.isdigit() or text[len(digits):] not in UNITS:
        raise Refused('%s: a time such as 50ms, 5s, 2m or 1h, not %s' % (where, text))
    return int(digits) * UNITS[text[len(digits):]]


def limits(path):
    """Rates as (name, per, burst, ms, burst with test numbers, ms with them) and maxima as (name, value, meaning)."""
    rates, maxima, test = [], [], {}
    for where, line in lines(path):
        w = line.split(None, 5)
        if w[0] == 'rate' and len(w) >= 5 and w[2] in PER and w[3].isdigit():
            rates.append((w[1], w[2], int(w[3]), milliseconds(where, w[4])))
        elif w[0] == 'test' and len(w) >= 4 and w[2].isdigit():
            test[w[1]] = (int(w[2]), milliseconds(where, w[3]))
        elif w[0] == 'max' and len(w) >= 3 and w[2].isdigit():
            maxima.append((w[1], int(w[2]), ' '.join(w[3:])))
        else:
            raise Refused('%s: neither `rate NAME PER BURST EVERY` nor `max NAME VALUE`' % where)
    for n in set(test) - {r[0] for r in rates}:
        raise Refused('limits.def: test row for %s, which is no rate' % n)
    return [r + test.get(r[0], r[2:]) for r in rates], maxima


def known(path):
    return sorted((int(i, 16), name) for i, name in (line.split() for _, line in lines(path)))


class Compat:
    """Rows fallback, up, down and result of compat.def."""

    def __init__(self, path, schema):
        self.fallback, self.up, self.down, self.result = {}, {}, {}, set()
        ids = {s.id: s for s in schema.shapes}
        for where, line in lines(path):
            w = line.split()
            if w[0] == 'fallback' and len(w) == 3:
                self.add_fallback(where, schema, w[1], w[2])
            elif w[0] in ('up', 'down') and len(w) >= 3:
                for i in w[2:]:
                    s = ids.get(int(i, 16))
                    if not s or s.name != w[1]:
                        raise Refused('%s: no form %s#%s' % (where, w[1], i))
                    getattr(self, w[0])[s.id] = s
            elif w[0] == 'result' and len(w) == 2:
                if w[1] not in {n.name for n in schema.methods}:
                    raise Refused('%s: no method %s' % (where, w[1]))
                self.result.add(w[1])
            else:
                raise Refused('%s: not a row: %s' % (where, line))

    def add_fallback(self, where, schema, typ, what):
        if typ not in schema.types:
            raise Refused('%s: no type %s' % (where, typ))
        if what not in ('drop', 'rule') and what not in schema.types[typ]:
            raise Refused('%s: %s is no constructor of %s' % (where, what, typ))
        self.fallback[typ] = what

    def check(self, schema):
        """A type that got constructors after the oldest layer must say what stands for them there."""
        first = min(a for s in schema.shapes for a, _ in s.layers)
        for typ, ctors in schema.types.items():
            old = [c for c in ctors if any(a <= first for s in schema.names[(c, False)].shapes for a, _ in s.layers)]
            if old and len(old) < len(ctors) and typ not in self.fallback:
                new = sorted(set(ctors) - set(old))[0]
                raise Refused('compat.def: %s got %s later than layer %d: add a row `fallback %s ...`' % (typ, new, first, typ))
