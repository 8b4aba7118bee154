"""A stretch of road between clients and a CDN node, which can be closed, swallow everything, be slow or damage what passes."""
import asyncio
import contextlib
import random

MODES = ('open', 'closed', 'swallows', 'slow', 'damages')
SLOW_BYTES = 1024  # a second, of each connection, towards the client
DAMAGE_EACH = 65536  # one bit of about so many bytes towards the client


class Splice:
    """Listens on its own port of 127.0.0.1 and passes bytes to `to` (host, port). mode may change at any moment."""

    def __init__(self, to, seed=1, rate=None):
        """rate: bytes a second of each connection towards the client, where it is open; None: as fast as it goes."""
        self.to, self.mode, self.rate, self.random = to, 'open', rate, random.Random(seed)
        self.server, self.port, self.passed = None, None, 0
        self.writers = set()

    async def open(self, port=0):
        self.server = await asyncio.start_server(self._take, '127.0.0.1', port, limit=1 << 20)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def set(self, mode):
        assert mode in MODES
        before, self.mode = self.mode, mode
        if mode == 'closed':
            self.server.close()
            for w in list(self.writers):
                w.transport.abort()
        elif before == 'closed':
            await self.open(self.port)

    async def close(self):
        await self.set('closed')

    async def _take(self, reader, writer):
        with contextlib.suppress(asyncio.CancelledError):  # asyncio would say so on standard error
            await self._carry(reader, writer)

    async def _carry(self, reader, writer):
        self.writers.add(writer)
        try:
            if self.mode == 'swallows':
                while await reader.read(65536):
                    pass
                return
            try:
                up_reader, up_writer = await asyncio.open_connection(*self.to, limit=1 << 20)
            except OSError:
                return
            self.writers.add(up_writer)
            ways = [asyncio.create_task(self._pass(reader, up_writer, False)),
                    asyncio.create_task(self._pass(up_reader, writer, True))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            while self.mode == 'swallows':  # ends as well
                await asyncio.sleep(0.2)
            for w in ways:
                w.cancel()
            up_writer.transport.abort()
            self.writers.discard(up_writer)
        finally:
            self.writers.discard(writer)
            writer.transport.abort()

    async def _pass(self, reader, writer, down):
        try:
            while data := await reader.read(SLOW_BYTES // 4 if self.mode == 'slow' and down else 262144):
                if self.mode == 'swallows':
                    while self.mode == 'swallows':
                        await asyncio.sleep(0.2)
                    return
                if self.mode == 'slow' and down:
                    for at in range(0, len(data), SLOW_BYTES // 4):
                        writer.write(data[at:at + SLOW_BYTES // 4])
                        await writer.drain()
                        await asyncio.sleep(0.25)
                        if reader.exception():  # a reset overtakes what waits
                            return
                        if self.mode != 'slow':
                            writer.write(data[at + SLOW_BYTES // 4:])
                            break
                    continue
                if self.mode == 'damages' and down and self.random.random() < len(data) / DAMAGE_EACH:
                    data = bytearray(data)
                    data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
                if down:
                    self.passed += len(data)
                writer.write(data)
                await writer.drain()
                if down and self.rate:
                    await asyncio.sleep(len(data) / self.rate)
        except (ConnectionError, OSError):
            pass
