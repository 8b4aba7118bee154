#!/usr/bin/env python3
"""make.py SOURCES --names | make.py SOURCES FOLDER: the reactions that the server ships, of the drawings in SOURCES (*.json).

Writes into FOLDER for each drawing NAME.icon.webp and NAME.PART.tgs, and `index`: a line `NAME<tab>EMOJI<tab>TITLE` each, in the order
of the file `order`. --names: only says which files that would be, a line each. The same sources always give the same bytes."""
import pathlib
import sys

sys.dont_write_bytecode = True
import drawing  # noqa: E402
import motion  # noqa: E402
import webp  # noqa: E402


def main(sources, target):
    sources = pathlib.Path(sources)
    order = (sources / 'order').read_text().split()
    if target == '--names':
        print('index', *('%s.%s' % (name, part) for name in order for part in ('icon.webp', *(p + '.tgs' for p in motion.ANIMATIONS))), sep='\n')
        return
    target = pathlib.Path(target)
    drawings = [drawing.Drawing(sources / (name + '.json')) for name in order]
    for d in drawings:
        (target / (d.name + '.icon.webp')).write_bytes(webp.webp(drawing.pixels(d), drawing.SIZE, drawing.SIZE))
        for part, make in motion.ANIMATIONS.items():
            (target / ('%s.%s.tgs' % (d.name, part))).write_bytes(make(d))
    (target / 'index').write_text(''.join('%s\t%s\t%s\n' % (d.name, d.emoji, d.title) for d in drawings))


if len(sys.argv) != 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
