#!/usr/bin/env python3
"""test_tlc.py - what the compiler refuses and why, what it makes of small schemas, and that it writes the same each time."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import model

BASE = ['boolFalse#bc799737 = Bool;', 'boolTrue#997275b5 = Bool;']
METHOD = ['a.get id:long = Bool;']


def line(text, layers='133-228', ident=None, mark=''):
    """A schema line from `name fields = Type;`, its id computed here by the plain rule (no true flags, bytes as string)."""
    if '#' not in text.split(' ')[0]:
        name, _, rest = text.partition(' ')
        if ident is None:
            plain = ' '.join(w for w in text.rstrip(';').split(' ') if not w.endswith('?true'))
            plain = plain.replace(':bytes', ':string').replace('?bytes', '?string').replace('<', ' ').replace('>', '')
            ident = '%08x' % zlib.crc32(plain.encode())
        text = '%s#%s %s' % (name, ident, rest)
    return '[%s] %s%s' % (layers, text, mark)


class Run:
    """A compiler's run over a small schema folder: files by name, the rest as small as it can be."""

    def __init__(self, types=(), functions=None, **files):
        functions = [line(f) for f in METHOD] if functions is None else functions
        text = ['---types---', *map(line, BASE), *types, '---functions---', *functions]
        tables = {'limits': 'rate none user 0 0s not limited\n', 'methods': '', 'known': '', 'compat': '', **files}
        with tempfile.TemporaryDirectory() as d:
            root = pathlib.Path(d)
            (root / 'a.tl').write_text('\n'.join(text) + '\n')
            for name, body in tables.items():
                (root / (name + '.def')).write_text(body)
            (root / 'out').mkdir()
            r = subprocess.run([sys.executable, os.path.join(HERE, 'tlc.py'), d, d + '/out'], capture_output=True, text=True)
            self.code, self.said = r.returncode, r.stderr
            self.out = {f.name: f.read_text() for f in (root / 'out').iterdir()}

    def get(self, name):
        return self.out[name]


class Tlc(unittest.TestCase):
    def refused(self, why, *args, **kw):
        r = Run(*args, **kw)
        self.assertEqual(r.code, 1, r.said)
        self.assertRegex(r.said, r'^tlc: ')
        self.assertEqual(r.said.count('\n'), 1, 'one line, not a trace: ' + r.said)
        self.assertRegex(r.said, why)
        self.assertEqual(r.out, {}, 'nothing is written when something is refused')

    def taken(self, *args, **kw):
        r = Run(*args, **kw)
        self.assertEqual(r.code, 0, r.said)
        return r

    def test_smallest_schema(self):
        r = self.taken()
        self.assertIn('struct tl_a_get {', r.get('tl_types.h'))
        self.assertIn('int64_t id;', r.get('tl_types.h'))

    def test_output_is_stable(self):
        one, two = Run([line('x a:int = X;'), line('b a:X = B;')]), Run([line('x a:int = X;'), line('b a:X = B;')])
        for f in ('tl_types.h', 'tl_tables.c', 'rpc_methods.h', 'rpc_methods.c'):
            self.assertEqual(one.get(f), two.get(f))

    # --- ids
    def test_one_id_two_shapes(self):
        self.refused(r'#00000001 stands already at a\.tl:4', [
            line('x a:int = X;', '133-150', '1', ' // crc!'), line('x a:long = X;', '151-228', '1', ' // crc!')])
        self.refused('stands already', [
            line('x a:int = X;', ident='1', mark=' // crc!'), line('y a:int = X;', ident='1', mark=' // crc!')])

    def test_same_id_true_flags_are_united(self):
        r = self.taken([line('x flags:# big:flags.0?true a:int = X;', '133-150'),
                        line('x flags:# big:flags.0?true a:int small:flags.3?true = X;', '151-228')])
        fields = re.search(r'struct tl_x \{(.*?)\};', r.get('tl_types.h'), re.S)[1]
        self.assertEqual(re.findall(r'(\w+);', fields), ['o', 'big', 'a', 'small'])
        self.assertIn('small', [s for s in r.get('tl_tables.c').splitlines() if 'TL_x,' in s and '0x' in s][0],
                      'the comment shows the newest line')
        forms = re.search(r'tl_forms\[\] = \{(.*?)\};', r.get('tl_tables.c'), re.S)[1]
        self.assertIn('{133, 150, 2}', forms)
        self.assertIn('{151, 228, 2}', forms)

    def test_same_id_not_united_when_flags_moved(self):
        self.refused('stands already', [line('x flags:# big:flags.0?true a:int = X;', '133-150'),
                                        line('x flags:# big:flags.1?true a:int = X;', '151-228')])
        self.refused('layers overlap', [line('x flags:# a:int = X;', '133-160'),
                                        line('x flags:# big:flags.0?true a:int = X;', '151-228')])

    def test_crc(self):
        self.refused(r'CRC32 is [0-9a-f]{8}; mend the line', [line('x a:int = X;', ident='12345678')])
        self.refused('CRC32', [line('x a:int = X;', mark=' // crc!')])  # marked, though it is right
        self.taken([line('x a:int = X;', ident='12345678', mark=' // crc!')])

    def test_crc_known_lines(self):
        """Ids as Telegram published them."""
        for ident, name, fields, result in [
                (0x36c6019a, 'peerChat', ['chat_id:long'], 'Peer'),
                (0x1cb5c415, 'vector', ['{t:Type}', '#', '[', 't', ']'], 'Vector t'),
                (0xdd6a8f48, 'sendMessageGamePlayAction', [], 'SendMessageAction'),
                (0x0d91a548, 'users.getUsers', ['id:Vector<InputUser>'], 'Vector<User>'),
                (0xb304a621, 'upload.saveFilePart', ['file_id:long', 'file_part:int', 'bytes:bytes'], 'Bool'),
                (0x1bb00451, 'inputMessagesFilterPinned', [], 'MessagesFilter'),
                (0x3072cfa1, 'gzip_packed', ['packed_data:string'], 'Object')]:
            self.assertEqual(model.crc(name, fields, result), ident, name)

    # --- lines
    def test_bad_lines(self):
        self.refused(r'a\.tl:4: not a TL line', ['[133-228] x#1 a:int X;'])
        self.refused('layers outside', [line('x a:int = X;', '132-228')])
        self.refused('layers outside', [line('x a:int = X;', '133-229')])
        self.refused('layers outside', [line('x a:int = X;', '200-150')])
        self.refused('layers overlap', [line('x a:int = X;', '133-160'), line('x a:long = X;', '160-228')])
        self.refused('field without a type', [line('x a = X;')])
        self.refused('two fields are called a', [line('x a:int a:int = X;')])
        self.refused('uses flags2, which is not there', [line('x flags:# a:flags2.0?int = X;')])
        self.refused('32 bits', [line('x flags:# a:flags.32?int = X;')])
        self.refused('true without a flag', [line('x a:true = X;')])

    def test_unknown_types(self):
        self.refused('no constructor of Nowhere', [line('x a:Nowhere = X;')])
        self.refused('no constructor of Nowhere', [line('x a:Vector<Nowhere> = X;')])
        self.refused('no constructor of Nowhere', functions=[line('a.get id:long = Vector<Nowhere>;')])
        self.refused('not a boxed type', [line('x a:nowhere = X;')])
        self.refused('type not supported', [line('x a:%Bool = X;')])

    def test_type_changed(self):
        r = self.taken([line('x a:int = X;', '133-150'), line('x a:string = X;', '151-228')])
        self.assertIn('struct slice a;', r.get('tl_types.h'))
        self.assertIn('int32_t a_int;', r.get('tl_types.h'))
        r = self.taken([line('x a:int = X;', '133-150'), line('x a:long = X;', '151-228')])
        self.assertIn('int64_t a;', r.get('tl_types.h'))
        self.assertIn('TL_K_INT_IN_LONG', r.get('tl_tables.c'))

    def test_reserved_words(self):
        r = self.taken([line('x default:int short:int = X;')])
        self.assertIn('int32_t default_;', r.get('tl_types.h'))

    # --- tables beside the schema
    def test_methods(self):
        row = 'a.get | none | any | none | real | -\n'
        r = self.taken(methods=row)
        self.assertIn('int a_get(struct rpc_call *c, const struct tl_a_get *q);', r.get('rpc_methods.h'))
        self.assertIn('[TL_a_get - TL_FIRST_METHOD] = {"a.get", RPC_LANE_NONE', r.get('rpc_methods.c'))
        self.refused(r'methods\.def:1: a\.put has no line', methods=row.replace('a.get', 'a.put'))
        self.refused(r'a\.old has no line', methods=row.replace('-', 'a.old'))
        self.refused('has a row already', methods=row + row)
        self.refused('no such lane', methods=row.replace('none | any', 'loop | any'))
        self.refused('no such lane', methods=row.replace('none | any', 'cpu>blob | any'))
        self.refused('who is one of', methods=row.replace('any', 'root'))
        self.refused('rate is one of', methods=row.replace('none | real', 'often | real'))
        self.refused('columns', methods='a.get | none | any\n')

    def test_two_phases(self):
        r = self.taken(methods='a.get | cpu>write | any | none | real | -\n')
        self.assertIn('int a_get_prepare(', r.get('rpc_methods.h'))
        self.assertIn('h_a_get, p_a_get}', r.get('rpc_methods.c'))
        r = self.taken(methods='a.get | upload | any | none | real | -\n')
        self.assertIn('RPC_LANE_UPLOAD, RPC_LANE_UPLOAD', r.get('rpc_methods.c'))
        self.assertIn('h_a_get, p_a_get}', r.get('rpc_methods.c'))

    def test_limits(self):
        self.refused(r'limits\.def:1', limits='rate none\n')
        self.refused('a time such as', limits='rate none user 1 5y\n')
        self.refused('which is no rate', limits='rate none user 0 0s\ntest other 1 1s\n')

    def test_compat(self):
        types = [line('x a:int = X;'), line('y a:int = X;', '150-228')]
        self.refused(r'X got y later than layer 133: add a row', types)
        self.taken(types, compat='fallback X drop\n')
        r = self.taken(types, compat='fallback X x\n')
        self.assertIn('{"X", TL_x, NULL}', r.get('tl_tables.c'))
        self.refused('z is no constructor of X', types, compat='fallback X z\n')
        self.refused('no type Z', types, compat='fallback X drop\nfallback Z drop\n')
        self.refused('no form x#00000001', types, compat='fallback X drop\nup x 00000001\n')
        self.refused('no method a.put', types, compat='fallback X drop\nresult a.put\n')
        self.refused('not a row', types, compat='fallback X\n')

    def test_rules_are_demanded(self):
        """A rule that nobody wrote is missing at link, under a name that says which."""
        types = [line('x a:int = X;')]
        ident = types[0].split('#')[1].split(' ')[0]
        r = self.taken(types, compat='up x %s\ndown x %s\nresult a.get\n' % (ident, ident))
        for f in ('up_x', 'down_x', 'down_result_a_get'):
            self.assertRegex(r.get('tl_tables.c'), r'\b%s\(' % f)

    # --- the real one
    def test_our_schema(self):
        """Every shape is found by its id, forms of a name do not overlap, each word of a flag fits its byte."""
        root = os.path.join(HERE, '..', '..', 'schema')
        s = model.load([os.path.join(root, f) for f in os.listdir(root) if f.endswith('.tl')])
        self.assertGreater(len(s.shapes), 2000)
        self.assertEqual(len({x.id for x in s.shapes}), len(s.shapes))
        for n in s.names.values():
            spans = sorted(r for x in n.shapes for r in x.layers)
            for (_, b), (c, _) in zip(spans, spans[1:]):
                self.assertLess(b, c, n.name)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-q'])
