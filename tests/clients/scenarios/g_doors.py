"""The doors besides plain TCP, on the same port: HTTP and WebSocket. Two people talk through them, across a kill -9."""
from harness import expect, expect_equal


async def through(stage, transport, library):
    """Somebody behind the door talks with somebody on TCP."""
    a, b = await stage.person(library, transport=transport), await stage.person('telethon')
    await stage.acquaint(a, b)
    for n in range(3):
        text = '%s %d' % (transport, n)
        await a.send(to=b.me['id'], text=text)
        await b.wait_text(text)
    if transport != 'http':  # Telethon never says http_wait: it hears of updates with its next request
        mark = a.mark()
        await b.send(to=a.me['id'], text='and back')
        await a.wait_text('and back', since=mark)
    else:
        await b.send(to=a.me['id'], text='and back')
    texts = [m['text'] for m in await a.history(of=b.me['id'], limit=10)]
    expect_equal(texts[0], 'and back', 'the newest of the history')
    expect_equal(len(texts), 4, 'messages in the history')
    await stage.server.restart_after_kill()
    await b.history(of=a.me['id'], limit=1)  # Telethon asks for no difference when it comes back
    await a.send(to=b.me['id'], text='after the kill')
    await b.wait_text('after the kill')


async def test_http(stage):
    await through(stage, 'http', 'telethon')


async def test_websocket(stage):
    await through(stage, 'websocket', 'gramjs')


async def test_counted(stage):
    metrics = await stage.server.metrics()
    expect(sum(v for k, v in metrics.items() if 'http_requests_total' in k) > 0, 'requests by HTTP are counted: %r' % metrics)
