"""Lossless WebP of an RGBA picture: no transforms, no cache of colours, runs of equal pixels (RFC 9649, 3: VP8L)."""
import collections
import heapq
import struct

LENGTHS_MAX = 15
RUN_MAX = 4096
LEFT = 1  # prefix symbol of the distance "the pixel to the left" (its code is 2)
ORDER = (17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)


class Bits:
    """Little end first."""

    def __init__(self):
        self.bytes, self.word, self.n = bytearray(), 0, 0

    def put(self, value, n):
        self.word |= value << self.n
        self.n += n
        while self.n >= 8:
            self.bytes.append(self.word & 255)
            self.word >>= 8
            self.n -= 8

    def end(self):
        if self.n:
            self.bytes.append(self.word & 255)
        return bytes(self.bytes)


def code_lengths(counts):
    """Huffman's, none longer than 15: rare symbols are made less rare until that is so."""
    while True:
        heap = [(n, s, (s,)) for s, n in sorted(counts.items())]
        heapq.heapify(heap)
        lengths = collections.Counter()
        while len(heap) > 1:
            (n, s, a), (m, _, b) = heapq.heappop(heap), heapq.heappop(heap)
            lengths.update(a + b)
            heapq.heappush(heap, (n + m, s, a + b))
        if max(lengths.values(), default=0) <= LENGTHS_MAX:
            return lengths
        counts = {s: n // 2 + 1 for s, n in counts.items()}


def codes(lengths):
    """{symbol: (bits as they are written, how many)}, canonical."""
    code, last, made = 0, 0, {}
    for n, s in sorted((n, s) for s, n in lengths.items()):
        code <<= n - last
        last = n
        made[s] = int(format(code, '0%db' % n)[::-1], 2), n
        code += 1
    return made


def put_code(bits, used, alphabet):
    """Writes the code of an alphabet for symbols of these counts, and returns it. One symbol alone takes no bits."""
    if len(used) < 2:
        symbol = next(iter(used), 0)
        bits.put(1, 1)
        bits.put(0, 1)
        bits.put(1, 1)
        bits.put(symbol, 8)
        return {symbol: (0, 0)}
    lengths = code_lengths(used)
    bits.put(0, 1)
    bits.put(len(ORDER) - 4, 4)
    for s in ORDER:  # lengths 0 to 15, by four bits each; nothing is repeated
        bits.put(4 if s < 16 else 0, 3)
    bits.put(0, 1)
    plain = codes({s: 4 for s in range(16)})
    for s in range(alphabet):
        bits.put(*plain[lengths.get(s, 0)])
    return codes(lengths)


def prefix(value):
    """(symbol, extra bits, how many) of a length from 1 on."""
    v = value - 1
    if v < 4:
        return v, 0, 0
    n = v.bit_length() - 1
    return 2 * n + (v >> (n - 1) & 1), v & ((1 << (n - 1)) - 1), n - 1


def tokens(pixels):
    at = 0
    while at < len(pixels):
        run = at
        while at and run < len(pixels) and run - at < RUN_MAX and pixels[run] == pixels[at - 1]:
            run += 1
        if run - at > 2:
            yield None, run - at
            at = run
        else:
            yield pixels[at], 0
            at += 1


def webp(pixels, w, h):
    """pixels: (r, g, b, a) each, row by row."""
    stream = list(tokens(pixels))
    used = [collections.Counter() for _ in range(5)]
    for p, run in stream:
        if p:
            for counter, value in zip(used, (p[1], p[0], p[2], p[3])):
                counter[value] += 1
        else:
            used[0][256 + prefix(run)[0]] += 1
            used[4][LEFT] += 1
    bits = Bits()
    bits.put(0x2f, 8)
    bits.put(w - 1, 14)
    bits.put(h - 1, 14)
    bits.put(1, 1)  # alpha
    bits.put(0, 3)
    for _ in range(3):  # no transform, no cache, one set of codes for the whole picture
        bits.put(0, 1)
    green, red, blue, alpha, distance = [put_code(bits, u, n) for u, n in zip(used, (280, 256, 256, 256, 40))]
    for p, run in stream:
        if p:
            for code, value in (green, p[1]), (red, p[0]), (blue, p[2]), (alpha, p[3]):
                bits.put(*code[value])
        else:
            symbol, extra, n = prefix(run)
            bits.put(*green[256 + symbol])
            bits.put(extra, n)
            bits.put(*distance[LEFT])
    data = bits.end()
    chunk = b'VP8L' + struct.pack('<I', len(data)) + data + b'\0' * (len(data) & 1)
    return b'RIFF' + struct.pack('<I', 4 + len(chunk)) + b'WEBP' + chunk
