"""What our middleware has in common, the files that this process serves, and the headers under
which a page may use threads.
"""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from pathlib import Path
from wsgiref.headers import Headers

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from servestatic.middleware import AsyncServeStaticFileResponse, ServeStaticMiddleware
from servestatic.responders import NotARegularFileError, Redirect, StaticFile
from servestatic.utils import AsyncFileIterator, EmptyAsyncIterator

from sessions_app.services.model_folder import MODELS_URL, is_description

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
_RESOLVE = re.compile(r"/resolve/(?P<version>[^/]+)/")
# the library's own 8 KiB would cost 33,000 hops to a thread for 269 MB of weights
_CHUNK_BYTES = 256 * 1024
_FOREVER = "public, max-age=31536000, immutable"
_REVALIDATED = "public, no-cache"


class AsyncMiddleware(ABC):
    """A middleware without a synchronous form: like the server it is asynchronous, and it is never
    called through a thread.

    Raises TypeError when what comes after it is synchronous.
    """

    async_capable = True
    sync_capable = False

    def __init__(self, get_response: GetResponse) -> None:
        if not iscoroutinefunction(get_response):
            raise TypeError(f"{type(self).__name__} needs an async get_response.")
        self.get_response = get_response
        markcoroutinefunction(self)

    @abstractmethod
    async def __call__(self, request: HttpRequest) -> HttpResponseBase: ...


class FilesMiddleware(ServeStaticMiddleware):
    """Serves /static/ (collected files) and /models/ (`MINDFLIP_MODELS_DIR`, new files at once),
    streamed, with ranges.

    WebLLM asks for `MODEL/resolve/VERSION/FILE`, which is the file `MODEL/FILE`. The catalogue puts
    a version made of the files' sizes and times there, and into `FILE?v=VERSION`, so that such an
    address never changes its content and is kept for good; `resolve/main` and plain addresses may
    change, and are revalidated by their ETag. Descriptions and hidden files are not served.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.models_dir = Path(settings.MINDFLIP_MODELS_DIR)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The file if the address is one; else what the rest of the site answers."""
        if not request.path_info.startswith(MODELS_URL):
            return await super().__call__(request)
        model_file = await asyncio.to_thread(
            self.find_model_file, request.path_info, has_etag="v" in request.GET
        )
        if model_file is None:
            return await self.get_response(request)
        # A download that resumes after the file changed gets the whole file (RFC 9110, If-Range).
        if request.META.get("HTTP_IF_RANGE", model_file.etag) != model_file.etag:
            request.META.pop("HTTP_RANGE", None)
        return await self.aserve(model_file, request)

    async def aserve(
        self, static_file: StaticFile | Redirect, request: HttpRequest
    ) -> AsyncServeStaticFileResponse:
        """As the library does it, in larger chunks."""
        answer = await static_file.aget_response(request.method or "GET", request.META)
        body = EmptyAsyncIterator()
        if answer.file is not None:
            body = AsyncFileIterator(answer.file)
            body.block_size = _CHUNK_BYTES
        response = AsyncServeStaticFileResponse(body, status=int(answer.status))
        del response["Content-Type"]
        for name, value in answer.headers:
            response[name] = value
        return response

    def find_model_file(self, url: str, *, has_etag: bool = False) -> StaticFile | None:
        """The file of the models folder behind an address, or None: then it is nobody's to read."""
        resolve = _RESOLVE.search(url)
        name = _RESOLVE.sub("/", url, count=1).removeprefix(MODELS_URL)
        path = self.models_dir / name
        if (
            not self.url_is_canonical(url)
            or any(not part or part.startswith(".") for part in name.split("/"))
            or is_description(name)
            or not self.path_within_root(self.models_dir, path)
        ):
            return None
        is_kept = has_etag or (resolve is not None and resolve["version"] != "main")
        headers = Headers(
            [("Accept-Ranges", "bytes"), ("Cache-Control", _FOREVER if is_kept else _REVALIDATED)]
        )
        self.add_mime_headers(headers, name, url)
        try:
            return StaticFile(str(path), headers.items())
        except NotARegularFileError:
            return None


class CrossOriginIsolationMiddleware(AsyncMiddleware):
    """Puts every response under COEP `require-corp`; with Django's COOP `same-origin` pages are
    then cross-origin isolated.

    wllama's threads need that. On every response, because a worker's script must carry it as well.
    Not `credentialless`, which Safari lacks: models from other hosts are CORS downloads, and those
    pass `require-corp` as they are.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
