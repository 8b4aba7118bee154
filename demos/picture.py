"""picture: what came from where, second by second, as layers one on the other (SVG)."""
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 900, 420, 60, 30, 60, 130
COLOURS = ['#8d99ae', '#2a9d8f', '#e9c46a', '#f4a261', '#e76f51', '#457b9d', '#b56576', '#6d597a']
STEP = 0.5  # seconds


def binned(rows, end):
    """{dc: [MiB a second]} in steps"""
    n = int(end / STEP) + 1
    out = {}
    for dc in sorted(rows):
        bins = [0.0] * n
        for t, b in rows[dc]:
            bins[min(int(t / STEP), n - 1)] += b / STEP / 2**20
        out[dc] = bins
    return out


def draw(rows, events):
    end = max((t for r in rows.values() for t, _ in r), default=1)
    layers = binned(rows, end)
    n = len(next(iter(layers.values()), [0]))
    top = max((sum(v[i] for v in layers.values()) for i in range(n)), default=1) or 1
    w, h = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(t):
        return LEFT + w * t / max(end, STEP)

    def y(v):
        return TOP + h * (1 - v / top)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">' % (WIDTH, HEIGHT),
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="%d" y="18" font-size="14">MiB a second, by where they came from</text>' % LEFT]
    below = [0.0] * n
    for k, (dc, bins) in enumerate(layers.items()):
        above = [a + b for a, b in zip(below, bins)]
        line = ['%.1f,%.1f' % (x(i * STEP), y(v)) for i, v in enumerate(above)]
        back = ['%.1f,%.1f' % (x(i * STEP), y(below[i])) for i in reversed(range(n))]
        colour = COLOURS[0] if dc == 0 else COLOURS[1 + (k - (0 in layers)) % (len(COLOURS) - 1)]
        out.append('<polygon fill="%s" points="%s"/>' % (colour, ' '.join(line + back)))
        out.append('<rect x="%d" y="%d" width="12" height="12" fill="%s"/><text x="%d" y="%d">%s</text>' % (
            WIDTH - RIGHT + 12, TOP + 20 * k, colour, WIDTH - RIGHT + 30, TOP + 20 * k + 10, 'the core' if dc == 0 else 'node %d' % dc))
        below = above
    for k, (t, text) in enumerate(events):
        out.append('<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#333" stroke-dasharray="4 3"/>' % (x(t), TOP, x(t), TOP + h))
        out.append('<text x="%.1f" y="%d">%s</text>' % (x(t) + 3, TOP + h + 30 + 14 * (k % 2), escape(text)))
    for i in range(5):
        v = top * i / 4
        out.append('<text x="%d" y="%.1f" text-anchor="end">%.0f</text>' % (LEFT - 6, y(v) + 4, v))
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%.0f s</text>' % (x(end * i / 4), TOP + h + 16, end * i / 4))
    out.append('<path d="M%d %d V%d H%d" fill="none" stroke="#333"/>' % (LEFT, TOP, TOP + h, LEFT + w))
    return '\n'.join(out + ['</svg>', ''])
