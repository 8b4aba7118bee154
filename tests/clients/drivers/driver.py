"""What every driver in Python is: a process that reads one JSON object a line ({"#", "do", ...arguments}) and answers
{"#", "ok"} or {"#", "error"}; what the client library hears from the server by itself goes out as {"event", ...}.
tests/README.md names the operations and the shapes of their results."""
import asyncio
import inspect
import json
import sys
import traceback


def put(o):
    sys.stdout.write(json.dumps(o, ensure_ascii=False) + '\n')
    sys.stdout.flush()


def event(kind, **fields):
    put({'event': kind, **fields})


async def answer(driver, o, describe):
    try:
        operation = getattr(driver, 'do_' + o.pop('do'))
        ok = operation(**{k: v for k, v in o.items() if k != '#'})
        put({'#': o['#'], 'ok': await ok if inspect.isawaitable(ok) else ok})
    except Exception as e:
        code, name = describe(e)
        put({'#': o['#'], 'error': {'code': code, 'name': name, 'text': ''.join(traceback.format_exception(e))[-1500:]}})


async def serve(driver, describe):
    """describe(exception) -> (code or None, the server's error text or the exception's own)"""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tasks = set()
    while line := await lines.readline():
        o = json.loads(line)
        if o['do'] == 'quit':
            break
        task = asyncio.create_task(answer(driver, o, describe))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
