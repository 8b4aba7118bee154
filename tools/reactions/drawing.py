"""A drawing of assets/reactions/: filled outlines of cubic curves on a field of 512 x 512, as pixels or as Lottie's shapes.

{"emoji", "title", "shapes": [...]}, the first shape is the lowest; or "of": another drawing, "upside_down": true. A shape has "fill"
(#rrggbb) and one of: "path" (M, L, C and Z of SVG, absolute), "ellipse" [x, y, rx, ry], "arc" [x, y, rx, ry, from, to, width] (degrees,
clockwise from the right), "box" [x, y, w, h, radius, turn in degrees]."""
import json
import math

SIZE = 512
ROUND = 0.5523  # of a quarter of a circle as a cubic
SLICES = 4      # of a row of pixels
STEPS = 12      # of a curve


def path(text):
    """[(x, y), then (c1, c2, end) each] of the one closed outline."""
    words = text.replace(',', ' ').split()
    outline, at = [], 0

    def point():
        nonlocal at
        at += 2
        return float(words[at - 2]), float(words[at - 1])
    while at < len(words):
        command = words[at]
        at += 1
        if command in 'ML':
            p = point()
            outline.append((outline_end(outline), p, p) if outline else p)
        elif command == 'C':
            outline.append((point(), point(), point()))
        elif command != 'Z':
            raise ValueError('%s in a path' % command)
    return outline


def outline_end(outline):
    return outline[-1][2] if len(outline) > 1 else outline[0]


def ellipse(x, y, rx, ry):
    k, j = rx * ROUND, ry * ROUND
    return [(x + rx, y), ((x + rx, y + j), (x + k, y + ry), (x, y + ry)), ((x - k, y + ry), (x - rx, y + j), (x - rx, y)),
            ((x - rx, y - j), (x - k, y - ry), (x, y - ry)), ((x + k, y - ry), (x + rx, y - j), (x + rx, y))]


def polygon(points):
    return [points[0], *((a, b, b) for a, b in zip(points, points[1:]))]


def arc(x, y, rx, ry, first, last, width):
    angles = [math.radians(first + (last - first) * i / 24) for i in range(25)]
    rim = [[(x + (rx + d) * math.cos(a), y + (ry + d) * math.sin(a)) for a in angles] for d in (width / 2, -width / 2)]
    return polygon(rim[0] + rim[1][::-1])


def box(x, y, w, h, r, turn=0):
    k = r * (1 - ROUND)
    o = [(x + r, y), ((x + r, y), (x + w - r, y), (x + w - r, y)), ((x + w - k, y), (x + w, y + k), (x + w, y + r)),
         ((x + w, y + r), (x + w, y + h - r), (x + w, y + h - r)), ((x + w, y + h - k), (x + w - k, y + h), (x + w - r, y + h)),
         ((x + w - r, y + h), (x + r, y + h), (x + r, y + h)), ((x + k, y + h), (x, y + h - k), (x, y + h - r)),
         ((x, y + h - r), (x, y + r), (x, y + r)), ((x, y + k), (x + k, y), (x + r, y))]
    c, s, mx, my = math.cos(math.radians(turn)), math.sin(math.radians(turn)), x + w / 2, y + h / 2
    return moved(o, lambda p: (mx + (p[0] - mx) * c - (p[1] - my) * s, my + (p[0] - mx) * s + (p[1] - my) * c))


def moved(outline, f):
    return [f(outline[0]), *(tuple(f(p) for p in curve) for curve in outline[1:])]


def outline_of(shape):
    for name, make in ('ellipse', ellipse), ('arc', arc), ('box', box):
        if name in shape:
            return make(*shape[name])
    return path(shape['path'])


def rgb(text):
    return tuple(int(text[i:i + 2], 16) for i in (1, 3, 5))


class Drawing:
    def __init__(self, file):
        o = json.loads(file.read_text())
        self.name, self.emoji, self.title = file.stem, o['emoji'], o['title']
        self.shapes = [(rgb(s['fill']), outline_of(s)) for s in o.get('shapes', ())]
        if 'of' in o:
            self.shapes = Drawing(file.with_name(o['of'] + '.json')).shapes
        if o.get('upside_down'):
            self.shapes = [(fill, moved(s, lambda p: (p[0], SIZE - p[1]))) for fill, s in self.shapes]


def flat(outline):
    """The outline as a polygon."""
    points, at = [outline[0]], outline[0]
    for a, b, end in outline[1:]:
        steps = 1 if (a, b) == (at, end) else STEPS
        for i in range(1, steps + 1):
            t = i / steps
            w = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3
            points.append(tuple(sum(k * p[d] for k, p in zip(w, (at, a, b, end))) for d in (0, 1)))
        at = end
    return points


def coverage(points):
    """{row: how much of each pixel lies inside}, by the even-odd rule."""
    rows = {}
    edges = [(a, b) for a, b in zip(points, points[1:] + points[:1]) if a[1] != b[1]]
    low, high = min(p[1] for p in points), max(p[1] for p in points)
    for n in range(max(0, int(low) * SLICES), min(SIZE * SLICES, int(high + 1) * SLICES)):
        y = (n + 0.5) / SLICES
        cuts = sorted(a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in edges if (a[1] <= y) != (b[1] <= y))
        row = rows.setdefault(n // SLICES, [0.0] * SIZE) if cuts else None
        for x, end in zip(cuts[::2], cuts[1::2]):
            x, end = max(0.0, x), min(float(SIZE), end)
            for i in range(int(x), min(SIZE, math.ceil(end))):
                row[i] += max(0.0, min(end, i + 1) - max(x, i)) / SLICES
    return rows


def pixels(drawing):
    """(r, g, b, a) each."""
    field = [[(0, 0, 0, 0)] * SIZE for _ in range(SIZE)]
    for fill, outline in drawing.shapes:
        for y, row in coverage(flat(outline)).items():
            for x, share in enumerate(row):
                if share > 1 / 512:
                    r, g, b, a = field[y][x]
                    over = min(1.0, share)
                    under = a / 255 * (1 - over)
                    all = over + under
                    mixed = (round((new * over + old * under) / all) for new, old in zip(fill, (r, g, b)))
                    field[y][x] = (*mixed, round(255 * all))
    return [p for row in field for p in row]


def lottie_shapes(drawing):
    """Groups, the highest first; their coordinates are from the middle of the field."""
    half = SIZE / 2
    groups = []
    for fill, outline in reversed(drawing.shapes):
        ends = [outline[0], *(c[2] for c in outline[1:])]
        out = [tuple(a - b for a, b in zip(c[0], e)) for c, e in zip(outline[1:], ends)] + [(0, 0)]
        into = [(0, 0)] + [tuple(a - b for a, b in zip(c[1], c[2])) for c in outline[1:]]
        if ends[0] == ends[-1]:
            into[0] = into.pop()
            ends.pop()
            out.pop()
        curve = {'c': True, 'v': [[round(x - half, 1), round(y - half, 1)] for x, y in ends],
                 'i': [[round(x, 1), round(y, 1)] for x, y in into], 'o': [[round(x, 1), round(y, 1)] for x, y in out]}
        groups.append({'ty': 'gr', 'it': [{'ty': 'sh', 'ks': {'a': 0, 'k': curve}},
                                          {'ty': 'fl', 'c': {'a': 0, 'k': [*(round(v / 255, 3) for v in fill), 1]}, 'o': {'a': 0, 'k': 100}, 'r': 1},
                                          {'ty': 'tr', 'p': {'a': 0, 'k': [0, 0]}, 'a': {'a': 0, 'k': [0, 0]}, 's': {'a': 0, 'k': [100, 100]},
                                           'r': {'a': 0, 'k': 0}, 'o': {'a': 0, 'k': 100}}]})
    return groups
