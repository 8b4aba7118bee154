"""The programs that are measured, on random ports of 127.0.0.1: the server, a CDN node by itself, nginx."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

from measure import BUILD, DATA, Failed, figures, run


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Server:
    """chapar serve on its own data folder, fresh or given; `prefix` before its command line."""

    def __init__(self, name, data=None, prefix=(), config=None, where=None):
        self.data, self.prefix, self.config = pathlib.Path(where or DATA) / name, prefix, []
        if config:
            (DATA / (name + '.ini')).write_text(config)
            self.config = ['--config', DATA / (name + '.ini')]
        if data:
            shutil.copytree(data, self.data)
        self.address, self.http = '127.0.0.1:%d' % free_port(), '127.0.0.1:%d' % free_port()

    def __enter__(self):
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.log = open(DATA / 'server.log', 'a')
        began = time.monotonic()
        self.process = subprocess.Popen([*map(str, self.prefix), BUILD / 'chapar', 'serve', '--data', self.data, '--listen', self.address,
                                         '--http', self.http, '--test-numbers', *self.config], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)
        line = self.process.stdout.readline()
        self.started = time.monotonic() - began
        if not line.startswith('ready '):
            self.process.kill()
            raise Failed('the server did not start:\n' + (DATA / 'server.log').read_text()[-2000:])
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()

    def resident(self):
        with urllib.request.urlopen('http://%s/metrics' % self.http, timeout=10) as r:
            return float(re.search(r'^chapar_resident_memory_bytes (\d+)', r.read().decode(), re.M)[1])

    def serving(self):
        """The process that serves: the child of the one that watches it."""
        return int(pathlib.Path('/proc/%d/task/%d/children' % (self.process.pid, self.process.pid)).read_text().split()[0])

    def load(self, bench, *options, prefix=()):
        text = run(*prefix, BUILD / 'chapar-bench', bench, '--to', self.address, '--key', self.data / 'server.pub.pem', '--metrics',
                   self.http, *options)
        (DATA / 'figures').write_text(text)
        return figures(text)


class Nginx:
    """nginx over TLS on its own folder, one worker: gives `file` under any name, takes what is PUT."""

    CONFIG = """daemon off; worker_processes 1; pid %(dir)s/pid; error_log %(dir)s/error.log; %(user)s
events { worker_connections 4096; }
http {
  access_log off; sendfile on; keepalive_requests 1000000; client_max_body_size 0;
  client_body_temp_path %(dir)s/body; proxy_temp_path %(dir)s/t1; fastcgi_temp_path %(dir)s/t2; uwsgi_temp_path %(dir)s/t3;
  scgi_temp_path %(dir)s/t4;
  server {
    listen 127.0.0.1:%(port)d ssl; ssl_certificate %(dir)s/cert.pem; ssl_certificate_key %(dir)s/key.pem;
    ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;
    root %(dir)s/root; dav_methods PUT;
    location /get/ { try_files /file =404; }
  }
}
"""

    def __init__(self, file, prefix):
        self.dir, self.port, self.prefix = DATA / 'nginx', free_port(), prefix
        (self.dir / 'root').mkdir(parents=True)
        os.link(file, self.dir / 'root/file')
        run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', 2, '-subj',
            '/CN=bench', '-keyout', self.dir / 'key.pem', '-out', self.dir / 'cert.pem')
        (self.dir / 'conf').write_text(self.CONFIG % {'dir': self.dir, 'port': self.port,
                                                      'user': 'user root;' if os.getuid() == 0 else ''})

    def __enter__(self):
        self.process = subprocess.Popen([*map(str, self.prefix), '/usr/sbin/nginx', '-e', self.dir / 'error.log', '-p', self.dir,
                                         '-c', self.dir / 'conf'])
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise Failed('nginx did not start:\n' + (self.dir / 'error.log').read_text())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)

    def curl(self, prefix, *args):
        """MB/s of curl, 16 connections at a time, since the first of them had shaken hands."""
        said = run(*prefix, 'curl', '-sS', '--fail', '--insecure', '--http1.1', '--noproxy', '*', '--parallel', '--parallel-max', 16,
                   '--parallel-immediate', '-w', '%{size_download} %{size_upload} %{time_pretransfer} %{time_total}\n', *args)
        each = [[float(x) for x in line.split()] for line in said.splitlines()]
        return sum(down + up for down, up, _, _ in each) / 1e6 / (max(e[3] for e in each) - min(e[2] for e in each))

    def download(self, prefix, times=16):
        return self.curl(prefix, '-o', '/dev/null', 'https://127.0.0.1:%d/get/[1-%d]' % (self.port, times))

    def upload(self, prefix, file, times=8):
        names = ['put-%d' % i for i in range(times)]
        rate = self.curl(prefix, *[a for name in names for a in ('-T', file, 'https://127.0.0.1:%d/%s' % (self.port, name))])
        for name in names:
            (self.dir / 'root' / name).unlink()  # nothing of it is on its way to the disk while the next one is measured
        return rate


class Node:
    """chapar-cdn by itself on one core, with RAM for what bench-cdn-node fills it with."""

    SECRET = '5a' * 32

    def __init__(self, prefix):
        config = DATA / 'node.ini'
        config.write_text('[cdn]\ndc = 203\nlisten = 127.0.0.1:0\nlink = 127.0.0.1:0\nram_mib = 200\nloops = 1\nsecret = %s\n' % self.SECRET)
        self.args = [*map(str, prefix), BUILD / 'chapar-cdn', '--config', config]

    def __enter__(self):
        self.log = open(DATA / 'server.log', 'a')
        self.process = subprocess.Popen(self.args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready = re.match(r'ready listen=(\S+) link=(\S+) ', self.process.stdout.readline())
        if not ready:
            self.process.kill()
            raise Failed('the node did not start:\n' + (DATA / 'server.log').read_text()[-2000:])
        self.listen, self.link = ready[1], ready[2]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class Takers:
    """bench-cdn-node: fills a node, connects to it, and then loads it as often as it is told to."""

    def __init__(self, node, prefix):
        self.args = [*map(str, prefix), BUILD / 'benches/bench-cdn-node', node.listen, node.link, node.SECRET, str(node.process.pid)]

    def __enter__(self):
        self.log = open(DATA / 'takers.log', 'w')
        self.process = subprocess.Popen(self.args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.log.close()

    def load(self, *words):
        """The figures of "hits SECONDS" or "latency MB/S SECONDS"."""
        self.process.stdin.write(' '.join(map(str, words)) + '\n')
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()) != 'done\n':
            if not line:
                raise Failed('the takers ended: ' + (DATA / 'takers.log').read_text())
            lines.append(line)
        return figures(''.join(lines))
