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
from tests.helpers.timeouts import TIMEOUT_SECONDS

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
class Proxy:
    """nginx at `url`, in front of the daphne processes `first` and `second`."""

    port: int
    http_port: int
    logs: Path
    ssl_context: ssl.SSLContext
    server: RunningServer
    first: Service
    second: Service

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """Return a client that sends the site's host name, and requests from `address`."""
        transport = httpx.HTTPTransport(verify=self.ssl_context, local_address=address)
        return httpx.Client(
            base_url=self.url, headers={"Host": NAME}, transport=transport, timeout=TIMEOUT_SECONDS
        )

    def log(self) -> str:
        """Return nginx's log."""
        return "".join(path.read_text() for path in self.logs.glob("*.log"))


@contextmanager
def running_proxy(folder: Path, **settings: str) -> Iterator[Proxy]:
    """Start everything, with files in `folder`.

    Other users of this machine must be able to enter the folder.
    """
    site_settings = {
        "MINDFLIP_ALLOWED_HOSTS": NAME,
        "MINDFLIP_SECRET_KEY": "secret" * 10,
        "MINDFLIP_TRUSTED_PROXY_COUNT": "1",
        **settings,
    }
    with running_server(folder, **site_settings) as server:
        second_port = free_port()
        environment = server.environment | {"MINDFLIP_PORT": str(second_port)}
        second = program("web", folder / "log" / "second.log", environment, port=second_port)
        server.services.append(second)
        server.start(second)
        nginx, port, http_port = _nginx(folder, (server.port, second_port))
        server.services.append(nginx)
        server.start(nginx)
        yield Proxy(
            port, http_port, folder / "nginx", _ssl_context(folder), server, server.web, second
        )


def _nginx(folder: Path, backend_ports: tuple[int, int]) -> tuple[Service, int, int]:
    port, http_port, nginx_folder = free_port(), free_port(), folder / "nginx"
    nginx_folder.mkdir()
    _make_certificate(folder / "tls")
    (nginx_folder / "mindflip.conf").write_text(
        _configuration(folder, backend_ports, port, http_port)
    )
    # nginx uses this user only if it runs as root. Then pytest's folders belong to root, too.
    user = "root" if os.geteuid() == 0 else "nobody"
    (nginx_folder / "nginx.conf").write_text(MAIN.format(folder=nginx_folder, user=user))
    command = [
        shutil.which("nginx") or "nginx",
        "-c",
        str(nginx_folder / "nginx.conf"),
        "-g",
        "daemon off;",
    ]
    return (
        Service(
            "nginx", command, nginx_folder / "output.log", is_ready=lambda: _is_serving(http_port)
        ),
        port,
        http_port,
    )


def _configuration(folder: Path, backend_ports: tuple[int, int], port: int, http_port: int) -> str:
    """Return the configuration with the changes of an operator.

    IPv6 is left out, because not every machine has it.
    """
    replacements = {
        "127.0.0.1:8001": f"127.0.0.1:{backend_ports[0]}",
        "127.0.0.1:8002": f"127.0.0.1:{backend_ports[1]}",
        "listen 80;": f"listen 127.0.0.1:{http_port};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/letsencrypt/live/cards.example.org": str(folder / "tls"),
        "/var/log/nginx": str(folder / "nginx"),
        "/var/lib/mindflip": str(folder),
    }
    text = "\n".join(line for line in CONFIGURATION.read_text().splitlines() if "[::]" not in line)
    for original, replacement in replacements.items():
        assert original in text, original
        text = text.replace(original, replacement)
    return text


def _make_certificate(folder: Path) -> None:
    folder.mkdir()
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *names, *files], check=True, capture_output=True
    )


def _ssl_context(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "tls" / "fullchain.pem"))


def _is_serving(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}", timeout=TIMEOUT_SECONDS).status_code == 308
    except httpx.HTTPError:
        return False
