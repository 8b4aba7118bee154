"""What an operator types, and mistypes: the commands of issue "two people talk", each as a process. yields (name, ok, text)."""
import asyncio
import json
import pathlib
import re
import signal
import socket
import stat
import tempfile
import time

from harness import CHAPAR, Server, free_port

CHAPAR = pathlib.Path(CHAPAR).resolve()


async def say(*args, cwd='/', within=20, stdin=None):
    """(exit code, what it wrote to standard output and error)"""
    p = await asyncio.create_subprocess_exec(str(CHAPAR), *map(str, args), cwd=cwd, stdin=asyncio.subprocess.DEVNULL,
                                             stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        out, err = await asyncio.wait_for(p.communicate(), within)
    except asyncio.TimeoutError:
        p.kill()
        await p.wait()
        return 'it goes on', '', ''
    return p.returncode, out.decode(), err.decode()


async def usage(dir):
    """Wrong words: exit code 2 and a line that names the mend, or 1 where the machine does not allow it."""
    ini = dir / 'wrong.ini'
    ini.write_text('[server]\nlog = loud\n')
    empty = dir / 'empty.ini'
    empty.write_text('[server]\nlisten =\n')
    many = dir / 'many.ini'
    many.write_text('[server]\nloops = 17\n')
    nodes = {'dc': 'dc = 4\n', 'secret': 'dc = 203\n', 'hex': 'dc = 203\nsecret = nonsense\n', 'disk': 'dc = 203\nsecret = %s\ndisk_mib = 8\n' % ('ab' * 32),
             'word': 'data = x\n', 'address': 'dc = 203\nsecret = %s\nlisten = nowhere\n' % ('ab' * 32)}
    for name, text in nodes.items():
        (dir / (name + '.cdn')).write_text('[cdn]\n' + text)
    data = ['--data', dir / 'never']
    cases = [([], 2, 'usage: chapar ROLE'), (['--help'], 0, 'serve'), (['--version'], 0, 'chapar 0.'), (['nonsense'], 2, 'no role'),
             (['serve', '--help'], 0, '--test-numbers'), (['serve', '-h'], 0, '--listen'), (['serve', '--foo'], 2, '--help'),
             (['serve', 'x'], 2, 'no option'), (['serve', '--listen'], 2, '--help'), (['serve', '--config', '/nowhere'], 2, 'No such file'),
             (['serve', '--config', ini], 2, 'wrong.ini:2: [server] log takes'), (['serve', *data, '--log', 'loud'], 2, '--log takes'),
             (['serve', *data, '--config', many], 2, 'loops takes 0 to 16'), (['serve', *data, '--config', empty, '--http', 'none'], 1, 'listen is empty'),
             (['serve', *data, '--listen', 'nowhere', '--http', 'none'], 1, 'HOST:PORT'),
             (['serve', *data, '--listen', '127.0.0.1:99999', '--http', 'none'], 1, 'HOST:PORT'),
             (['serve', *data, '--listen', '192.0.2.1:4430', '--http', 'none'], 1, 'no such address'),
             (['serve', *data, '--listen', '127.0.0.1:0', '--http', 'nowhere'], 1, '--http'),
             (['serve', *data, '--listen', '127.0.0.1:0', '--http', 'none', '--public', 'nowhere'], 1, '--public nowhere'),
             (['serve', '--data', '/proc/nowhere', '--listen', '127.0.0.1:0', '--http', 'none'], 1, '--data'),
             (['admin'], 2, 'which command'), (['admin', '--help'], 0, 'users list'), (['admin', 'users', 'add', '--help'], 0, '--name'),
             (['admin', *data, 'status'], 1, 'no server runs'), (['admin', 'status', '--foo'], 2, '--help'), (['config'], 2, '--explain'),
             (['config', '--help'], 0, '--explain'), (['config', '--explain'], 0, 'ttl_days = 548'), (['doctor'], 2, 'usage'),
             (['doctor', '--help'], 0, '--key'), (['doctor', 'x'], 2, 'HOST:PORT'), (['cdn'], 2, 'usage: chapar cdn'),
             (['cdn', '--help'], 0, 'inspect PATH'), (['cdn', '--explain'], 0, 'ram_mib = 512'), (['cdn', 'inspect'], 2, 'usage: chapar cdn'),
             (['cdn', 'inspect', '/nowhere'], 2, '/nowhere'), (['cdn', 'inspect', dir / 'wrong.ini'], 1, 'no noise'),
             (['cdn', '--config', '/nowhere'], 2, 'No such file'), (['cdn', '--config', dir / 'dc.cdn'], 2, 'dc.cdn:2: dc takes a number from 200 to 1000'),
             (['cdn', '--config', dir / 'secret.cdn'], 2, 'secret is not set'), (['cdn', '--config', dir / 'hex.cdn'], 2, 'not 64 hex digits'),
             (['cdn', '--config', dir / 'disk.cdn'], 2, 'disk_file and disk_mib go together'),
             (['cdn', '--config', dir / 'word.cdn'], 2, 'no setting data'), (['cdn', '--config', dir / 'address.cdn'], 1, 'choose another listen')]
    for args, code, words in cases:
        got, out, err = await say(*args, cwd=dir)
        name = 'chapar ' + ' '.join(str(a).replace(str(dir), 'DIR') for a in args)
        yield name, got == code and words in out + err, 'exit code %s, wanted %d and %r:\n%s%s' % (got, code, words, out, err)


async def explained(dir):
    """What config --explain prints can be used as a file."""
    code, out, _ = await say('config', '--explain')
    (dir / 'all.ini').write_text(out)
    server = Server(dir / 'explained', '--config', dir / 'all.ini')
    server.dir.mkdir()
    await server.start()
    await server.stop()
    yield 'config --explain is a file for --config', code == 0, out


async def start(dir):
    """The first start, its folder, its one line; a second server; several addresses."""
    http, ports = free_port(), [free_port(), free_port()]
    listen = ['127.0.0.1:%d' % ports[0], '[::1]:%d' % ports[1]]
    data = dir / 'data'
    args = ['serve', '--data', data, '--listen', listen[0], '--listen', listen[1], '--http', '127.0.0.1:%d' % http]
    p = await asyncio.create_subprocess_exec(str(CHAPAR), *map(str, args), cwd=dir, stdin=asyncio.subprocess.DEVNULL,
                                             stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    line = (await asyncio.wait_for(p.stdout.readline(), 20)).decode()
    m = re.fullmatch(r'ready listen=(\S+) http=(\S+) dc=2 key=([1-9a-f][0-9a-f]{15}) public-key=(\S+)\n', line)
    yield 'the ready line', bool(m) and m[1] == ','.join(listen) and m[2] == '127.0.0.1:%d' % http, line
    modes = {f: stat.S_IMODE((data / f).stat().st_mode) for f in ('.', 'server.key.pem', 'admin.sock', 'chapar.db')}
    yield 'who may read the folder', modes == {'.': 0o700, 'server.key.pem': 0o600, 'admin.sock': 0o600, 'chapar.db': 0o600}, str(modes)
    pem = (data / 'server.pub.pem').read_text()
    yield 'the public key', pem.startswith('-----BEGIN RSA PUBLIC KEY-----\n'), pem
    for address in listen:
        code, out, err = await say('doctor', address, '--key', data / 'server.pub.pem', within=60)
        yield 'doctor at ' + address, code == 0 and 'All is well' in out, out + err
    code, out, err = await say('serve', '--data', data, '--listen', '127.0.0.1:0', '--http', 'none')
    yield 'a second server on the folder', code == 1 and 'another server (process' in err and str(data) in err, out + err
    code, out, err = await say('serve', '--data', dir / 'other', '--listen', listen[0], '--http', 'none')
    yield 'a second server on the address', code == 1 and 'in use' in err, out + err
    code, out, err = await say('admin', '--data', data, 'restore', data / 'chapar.db')
    yield 'restore while it runs', code == 1 and 'another server' in err, out + err
    code, out, err = await say('admin', '--data', data, '--json', 'status')
    yield 'the public address by default', code == 0 and json.loads(out)['public'] == listen[0], out + err
    p.send_signal(signal.SIGTERM)
    out, err = await asyncio.wait_for(p.communicate(), 10)
    yield 'nothing else is said', (p.returncode, out) == (0, b'') and err.count(b'chapar: ') == 1 and \
        b'only this machine' in err, '%r %r %r' % (p.returncode, out, err)


async def every_admin_command(dir):
    server = Server(dir / 'admin')
    server.dir.mkdir()
    await server.start()
    try:
        async def admin(*words):
            code, out, err = await say('admin', '--data', server.data, *words)
            return code == 0 and json.loads(out), out + err
        for words in (['status'], ['users', 'add', '+9996650001', '--name', 'A B'], ['users', 'list'], ['users', 'show', '+9996650001'],
                      ['sessions', 'list', '+9996650001'], ['sessions', 'end', '+9996650001', 'all'], ['users', 'ban', '+9996650001'],
                      ['users', 'unban', '+9996650001'], ['codes'], ['invites', 'create', '--uses', '3'], ['invites', 'list'], ['stats'],
                      ['users', 'delete', '+9996650001'], ['backup', server.dir / 'backup.db']):
            answer, text = await admin(*words, '--json')
            yield 'admin %s --json' % ' '.join(map(str, words)).replace(str(dir), 'DIR'), isinstance(answer, dict), text
        for words in (['status'], ['users', 'list'], ['users', 'show', '777000'], ['codes'], ['invites', 'list'], ['stats']):
            code, out, err = await say('admin', '--data', server.data, *words)
            yield 'admin %s' % ' '.join(words), code == 0 and out.strip() and out[0] not in '{[', out + err
        code = json.loads((await say('admin', '--data', server.data, 'invites', 'list', '--json'))[1])['rows'][0]['code']
        answer, text = await admin('invites', 'revoke', code, '--json')
        yield 'admin invites revoke --json', isinstance(answer, dict), text
    finally:
        await server.stop()
    code, out, err = await say('admin', '--data', server.data, 'restore', server.dir / 'backup.db', '--json', within=60)
    yield 'admin restore --json', code == 0 and isinstance(json.loads(out), dict), out + err


async def signup(dir):
    """Who may sign up follows from who can connect, unless it is said."""
    for name, args, ini, mode in (('loopback', [], '', 'open'), ('public', ['--public', '192.0.2.7:4430'], '', 'invite'),
                                  ('everywhere', ['--listen', '0.0.0.0:0', '--public', '192.0.2.7:4430'], '', 'invite'),
                                  ('said', ['--public', '192.0.2.7:4430'], '[signup]\nmode = open\n', 'open'),
                                  ('closed', [], '[signup]\nmode = closed\n', 'closed')):
        data, file = dir / name, dir / (name + '.ini')
        file.write_text(ini)
        listen = [] if '--listen' in args else ['--listen', '127.0.0.1:0']
        p = await asyncio.create_subprocess_exec(str(CHAPAR), 'serve', '--data', str(data), '--http', 'none', '--config', str(file), *listen, *args,
                                                 stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                                                 stderr=asyncio.subprocess.PIPE)
        await asyncio.wait_for(p.stdout.readline(), 20)
        status = json.loads((await say('admin', '--data', data, '--json', 'status'))[1])
        p.send_signal(signal.SIGTERM)
        await asyncio.wait_for(p.communicate(), 10)
        yield 'signup mode: ' + name, status.get('signup') == mode, str(status)


async def stop_while_busy(dir):
    """SIGTERM with an idle admin connection, half a request and open connections: within 5 s, 0."""
    server = Server(dir / 'busy')
    server.dir.mkdir()
    await server.start()
    held = [socket.create_connection((server.host, port)) for port in (server.port, server.port, server.http)]
    held[1].send(b'\xef')
    held[2].send(b'POST /api HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc')
    admin = socket.socket(socket.AF_UNIX)
    admin.connect(str(server.data / 'admin.sock'))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(server.process.wait(), 20)
    took = time.monotonic() - began
    yield 'SIGTERM while busy', code == 0 and took < 5, 'exit code %d after %.1f s' % (code, took)
    for s in (*held, admin):
        s.close()


async def all_of(dir):
    for part in (usage, explained, start, every_admin_command, signup, stop_while_busy):
        where = pathlib.Path(tempfile.mkdtemp(dir=dir))
        async for result in part(where):
            yield result
