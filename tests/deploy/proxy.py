"""nginx with docs/deploy/nginx.conf, in front of two daphne processes that share a folder.

Only addresses and folders in the configuration are replaced.
"""

import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from mindflip.embedded.process import Service
from mindflip.embedded.run import ROOT, program
from mindflip.embedded.servers import free_port
from tests.helpers.processes import RunningServer, running_server

NAME = "cards.example.org"
CONFIGURATION = ROOT / "docs/deploy/nginx.conf"
MAIN = """
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/mindflip.conf;
}}
"""


@dataclass
class Front:
    """nginx at `url`, in front of the daphne processes `first` and `other`."""

    port: int
    plain_port: int
    logs: Path
    trust: ssl.SSLContext
    server: RunningServer
    first: Service
    other: Service

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def visitor(self, address: str = "127.0.0.1") -> httpx.Client:
        """Return a client that resolves the name to this machine and comes from `address`."""
        transport = httpx.HTTPTransport(verify=self.trust, local_address=address)
        return httpx.Client(
            base_url=self.url, headers={"Host": NAME}, transport=transport, timeout=30
        )

    def log(self) -> str:
        """Return nginx's log."""
        return "".join(path.read_text() for path in self.logs.glob("*.log"))


@contextmanager
def front(folder: Path, **settings: str) -> Iterator[Front]:
    """Start everything, with files in `folder`.

    Other users of this machine must be able to enter the folder.
    """
    deployed = {
        "MINDFLIP_ALLOWED_HOSTS": NAME,
        "MINDFLIP_SECRET_KEY": "secret" * 10,
        "MINDFLIP_TRUSTED_PROXY_COUNT": "1",
        **settings,
    }
    with running_server(folder, **deployed) as server:
        other_port = free_port()
        environment = server.environment | {"MINDFLIP_PORT": str(other_port)}
        other = program("web", folder / "log" / "other.log", environment, port=other_port)
        server.services.append(other)
        server.start(other)
        nginx, port, plain_port = _nginx(folder, (server.port, other_port))
        server.services.append(nginx)
        server.start(nginx)
        yield Front(port, plain_port, folder / "nginx", _trust(folder), server, server.web, other)


def _nginx(folder: Path, backs: tuple[int, int]) -> tuple[Service, int, int]:
    port, plain_port, place = free_port(), free_port(), folder / "nginx"
    place.mkdir()
    _make_certificate(folder / "tls")
    (place / "mindflip.conf").write_text(_configuration(folder, backs, port, plain_port))
    # nginx uses this user only if it runs as root. Then pytest's folders belong to root, too.
    user = "root" if os.geteuid() == 0 else "nobody"
    (place / "nginx.conf").write_text(MAIN.format(folder=place, user=user))
    command = [
        shutil.which("nginx") or "nginx",
        "-c",
        str(place / "nginx.conf"),
        "-g",
        "daemon off;",
    ]
    return (
        Service("nginx", command, place / "said.log", is_ready=lambda: _answers(plain_port)),
        port,
        plain_port,
    )


def _configuration(folder: Path, backs: tuple[int, int], port: int, plain_port: int) -> str:
    """Return the configuration with the changes of an operator.

    IPv6 is left out, because not every machine has it.
    """
    replaced = {
        "127.0.0.1:8001": f"127.0.0.1:{backs[0]}",
        "127.0.0.1:8002": f"127.0.0.1:{backs[1]}",
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/letsencrypt/live/cards.example.org": str(folder / "tls"),
        "/var/log/nginx": str(folder / "nginx"),
        "/var/lib/mindflip": str(folder),
    }
    text = "\n".join(line for line in CONFIGURATION.read_text().splitlines() if "[::]" not in line)
    for written, ours in replaced.items():
        assert written in text, written
        text = text.replace(written, ours)
    return text


def _make_certificate(place: Path) -> None:
    place.mkdir()
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"]
    files = ["-keyout", str(place / "privkey.pem"), "-out", str(place / "fullchain.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *names, *files], check=True, capture_output=True
    )


def _trust(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "tls" / "fullchain.pem"))


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}").status_code == 308
    except httpx.HTTPError:
        return False
