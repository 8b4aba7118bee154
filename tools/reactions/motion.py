"""How a reaction's drawing moves: each animation that clients want of it, as Lottie of 512 x 512 with 60 pictures a second."""
import gzip
import json
import math

import drawing

MIDDLE = drawing.SIZE / 2
EASE = {'i': {'x': [0.4], 'y': [1]}, 'o': {'x': [0.6], 'y': [0]}}
COLOURS = '#ffc83d', '#ff5c7a', '#4fb3ff', '#6fd06f', '#b58cff'


def keys(frames):
    """[(frame, value), ...] as an animated property; one alone stands still."""
    frames = [(t, list(v) if isinstance(v, tuple) else [v]) for t, v in frames]
    if len(frames) == 1:
        v = frames[0][1]
        return {'a': 0, 'k': v if len(v) > 1 else v[0]}
    return {'a': 1, 'k': [{'t': t, 's': v, **(EASE if i + 1 < len(frames) else {})} for i, (t, v) in enumerate(frames)]}


def layer(shapes, end, scale=((0, (100, 100)),), turn=((0, 0),), place=((0, (MIDDLE, MIDDLE)),), opacity=((0, 100),)):
    return {'ty': 4, 'ip': 0, 'op': end, 'st': 0, 'sr': 1, 'shapes': shapes,
            'ks': {'a': keys([(0, (0, 0))]), 's': keys(scale), 'r': keys(turn), 'p': keys(place), 'o': keys(opacity)}}


def tgs(layers, end):
    o = {'tgs': 1, 'v': '5.5.2', 'fr': 60, 'ip': 0, 'op': end, 'w': drawing.SIZE, 'h': drawing.SIZE, 'ddd': 0, 'assets': [],
         'layers': [{'ind': i + 1, **x} for i, x in enumerate(layers)]}
    return gzip.compress(json.dumps(o, separators=(',', ':')).encode(), 9, mtime=0)


def appear(d):
    scale = [(0, (0, 0)), (18, (112, 112)), (30, (96, 96)), (42, (100, 100))]
    return tgs([layer(drawing.lottie_shapes(d), 60, scale, [(0, -20), (24, 6), (42, 0)], opacity=[(0, 0), (10, 100)])], 60)


def select(d):
    scale = [(0, (100, 100)), (24, (106, 106)), (48, (98, 98)), (72, (106, 106)), (96, (100, 100))]
    return tgs([layer(drawing.lottie_shapes(d), 96, scale, [(0, 0), (24, -5), (72, 5), (96, 0)])], 96)


def activate(d):
    scale = [(0, (100, 100)), (12, (80, 80)), (30, (122, 122)), (48, (96, 96)), (60, (100, 100))]
    return tgs([layer(drawing.lottie_shapes(d), 90, scale, [(0, 0), (18, 12), (36, -12), (54, 6), (66, 0)])], 90)


def center(d):
    return tgs([layer(drawing.lottie_shapes(d), 60, [(0, (50, 50)), (20, (110, 110)), (34, (100, 100))], opacity=[(0, 0), (8, 100)])], 60)


def ring(n, near, far):
    """Where n things fly to: (from, to) each."""
    for i in range(n):
        a = 2 * math.pi * i / n - math.pi / 2
        yield tuple((MIDDLE + r * math.cos(a), MIDDLE + r * math.sin(a)) for r in (near, far))


def effect(d):
    """Small ones fly away from the middle and fade."""
    flying = [layer(drawing.lottie_shapes(d), 100, [(0, (0, 0)), (20, (26, 26)), (90, (14, 14))], [(0, 0), (90, 60 if i % 2 else -60)],
                    [(0, a), (80, b)], [(0, 100), (60, 100), (92, 0)]) for i, (a, b) in enumerate(ring(7, 40, 205))]
    return tgs(flying, 100)


def around(d):
    """Dots burst around it."""
    layers = []
    for i, (a, b) in enumerate(ring(10, 90, 215)):
        fill = drawing.Drawing.__new__(drawing.Drawing)
        fill.shapes = [(drawing.rgb(COLOURS[i % len(COLOURS)]), drawing.ellipse(MIDDLE, MIDDLE, 16, 16))]
        layers.append(layer(drawing.lottie_shapes(fill), 60, [(0, (0, 0)), (14, (100, 100)), (52, (0, 0))], place=[(0, a), (44, b)]))
    return tgs(layers, 60)


ANIMATIONS = {'appear': appear, 'select': select, 'activate': activate, 'effect': effect, 'around': around, 'center': center}
