#!/usr/bin/env python3
"""tlc - compiles schema/ into tables and declarations. Usage: tlc.py SCHEMA_DIR OUT_DIR
Writes tl_types.h tl_tables.c rpc_methods.h rpc_methods.c; exits 1 with one line that names the mend if it refuses."""
import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import defs
import emit_rpc
import emit_tables
import emit_types
import model


def put(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    src, out = sys.argv[1:]
    try:
        schema = model.load(glob.glob(os.path.join(src, '*.tl')))
        rates, maxima = defs.limits(os.path.join(src, 'limits.def'))
        methods = defs.methods(os.path.join(src, 'methods.def'), schema, {r[0] for r in rates})
        compat = defs.Compat(os.path.join(src, 'compat.def'), schema)
        compat.check(schema)
        known = defs.known(os.path.join(src, 'known.def'))
    except model.Refused as e:
        sys.exit('tlc: %s' % e)
    put(os.path.join(out, 'tl_types.h'), emit_types.header(schema))
    put(os.path.join(out, 'tl_tables.c'), emit_tables.table(schema, compat, known))
    put(os.path.join(out, 'rpc_methods.h'), emit_rpc.header(methods, rates, maxima))
    put(os.path.join(out, 'rpc_methods.c'), emit_rpc.table(methods, rates))


if __name__ == '__main__':
    main()
