"""A server on the loopback that answers what the Hub's own client asks for a model to be pushed and fetched.

It keeps repositories in memory: by commit, contents by name. Large files come as the client's LFS objects.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

Files = dict[str, bytes]


class Hub:
    """What the server holds."""

    def __init__(self) -> None:
        self.commits: dict[str, dict[str, Files]] = {}
        self.uploaded: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.tokens: set[str | None] = set()
        self.address = ""

    def latest(self, repo: str) -> tuple[str, Files]:
        return list(self.commits[repo].items())[-1]

    def commit(self, repo: str, files: Files) -> str:
        sha = hashlib.sha1(f"{repo} {len(self.commits[repo])}".encode()).hexdigest()
        self.commits[repo][sha] = files
        return sha

    def revision(self, repo: str, name: str) -> tuple[str, Files]:
        return self.latest(repo) if name == "main" else (name, self.commits[repo][name])


class Handler(BaseHTTPRequestHandler):
    hub: Hub

    def log_message(self, *args: object) -> None:
        pass

    def send(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def answer(self, value: object) -> None:
        self.send(200, json.dumps(value).encode(), Content_Type="application/json")

    def handle_request(self) -> None:
        path = unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.asked.append(f"{self.command} {path}")
        if not path.startswith("/lfs/"):  # whose addresses are signed
            self.hub.tokens.add(self.headers.get("Authorization"))
        for command, pattern, method in ROUTES:
            if command == self.command and (match := re.fullmatch(pattern, path)):
                try:
                    return method(self, body, *match.groups())
                except KeyError:
                    break
        self.send(404, b"{}", X_Error_Code="RepoNotFound", X_Error_Message="Repository not found")

    do_GET = do_HEAD = do_POST = do_PUT = handle_request  # noqa: N815 (names of the standard library)

    def create(self, body: bytes) -> None:
        asked = json.loads(body)
        repo = f"{asked['organization']}/{asked['name']}"
        if repo in self.hub.commits:
            return self.send(409, json.dumps({"url": f"{self.hub.address}/{repo}"}).encode())
        self.hub.commits[repo] = {}
        self.hub.commit(repo, {".gitattributes": b"*.safetensors filter=lfs\n"})
        return self.answer({"url": f"{self.hub.address}/{repo}"})

    def info(self, body: bytes, repo: str, revision: str | None) -> None:
        sha, files = self.hub.revision(repo, revision or "main")
        self.answer({"id": repo, "sha": sha, "siblings": [{"rfilename": name} for name in files]})

    def tree(self, body: bytes, repo: str, sha: str) -> None:
        files = self.hub.revision(repo, sha)[1]
        self.answer([{"type": "file", "path": p, "size": len(c), "oid": etag(c)} for p, c in files.items()])

    def yaml(self, body: bytes) -> None:
        self.answer({"errors": [], "warnings": []})

    def preupload(self, body: bytes, repo: str, revision: str) -> None:
        names = [file["path"] for file in json.loads(body)["files"]]
        modes = ["lfs" if name.endswith(".safetensors") else "regular" for name in names]
        told = [{"path": n, "uploadMode": m, "shouldIgnore": False} for n, m in zip(names, modes, strict=True)]
        self.answer({"files": told})

    def batch(self, body: bytes, repo: str) -> None:
        objects = json.loads(body)["objects"]
        address = f"{self.hub.address}/lfs"
        told = [{**each, "actions": {"upload": {"href": f"{address}/{each['oid']}"}}} for each in objects]
        self.answer({"transfer": "basic", "objects": told})

    def upload(self, body: bytes, oid: str) -> None:
        assert hashlib.sha256(body).hexdigest() == oid
        self.hub.uploaded[oid] = body
        self.send(200)

    def commit(self, body: bytes, repo: str, revision: str) -> None:
        files = dict(self.hub.latest(repo)[1])
        for line in map(json.loads, body.splitlines()):
            key, value = line["key"], line["value"]
            if key == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif key == "lfsFile":
                files[value["path"]] = self.hub.uploaded[value["oid"]]
            elif key == "deletedFile":
                del files[value["path"]]
        sha = self.hub.commit(repo, files)
        self.answer({"commitUrl": f"{self.hub.address}/{repo}/commit/{sha}", "commitOid": sha})

    def resolve(self, body: bytes, repo: str, sha: str, name: str) -> None:
        content = self.hub.commits[repo][sha][name]
        self.send(200, content, ETag=f'"{etag(content)}"', X_Repo_Commit=sha)


ROUTES = (
    ("POST", "/api/repos/create", Handler.create),
    ("POST", "/api/validate-yaml", Handler.yaml),
    ("GET", "/api/models/([^/]+/[^/]+?)(?:/revision/(.+))?", Handler.info),
    ("GET", "/api/models/([^/]+/[^/]+)/tree/([^/]+)", Handler.tree),
    ("POST", "/api/models/([^/]+/[^/]+)/preupload/(.+)", Handler.preupload),
    ("POST", "/([^/]+/[^/]+).git/info/lfs/objects/batch", Handler.batch),
    ("PUT", "/lfs/(.+)", Handler.upload),
    ("POST", "/api/models/([^/]+/[^/]+)/commit/(.+)", Handler.commit),
    *((command, "/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", Handler.resolve) for command in ("HEAD", "GET")),
)


def etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub, for as long as the block lasts."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
