"""The base class of our middleware, and middleware for files and cross-origin isolation."""

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
# With the library's 8 KiB, sending 269 MB of weights would take 33,000 calls in a thread.
_CHUNK_BYTES = 256 * 1024
_FOREVER = "public, max-age=31536000, immutable"  # untranslated: a header
_REVALIDATED = "public, no-cache"  # untranslated: a header


class AsyncMiddleware(ABC):
    """A middleware that is only asynchronous, so that Django never has to call it in a thread.

    The constructor raises TypeError if the next middleware is synchronous.
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
    """Middleware that serves collected files at /static/ and `MINDFLIP_MODELS_DIR` at /models/.

    Files are streamed, and range requests are supported. New files in the models folder are
    available immediately.

    WebLLM requests `MODEL/resolve/VERSION/FILE`, which is the file `MODEL/FILE`. The catalogue
    uses a version that is derived from the sizes and times of the files, both in these URLs and in
    `FILE?v=VERSION`. The content of such a URL never changes, so browsers can cache it permanently.
    The content of `resolve/main` and of plain URLs can change, so browsers revalidate it with its
    ETag. Model descriptions and hidden files are not served.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.models_dir = Path(settings.MINDFLIP_MODELS_DIR)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Respond with the file at this URL, or pass the request on if the URL has no file."""
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
        """Respond with a file as the library does, but in larger chunks."""
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
        """Return the file of the models folder at `url`, or None if it is missing or not public."""
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
    """Middleware that adds COEP `require-corp` and CORP `same-origin` to every response.

    Together with Django's COOP `same-origin`, this makes pages cross-origin isolated, which
    wllama's threads require. Every response needs the headers, because the scripts of workers must
    have them too. COEP is not `credentialless`, because Safari does not support that. Models from
    other hosts are downloaded with CORS, which `require-corp` allows.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
