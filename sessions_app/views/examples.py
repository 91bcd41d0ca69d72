"""Values as they stand in the OpenAPI document. Tests hold each against its schema."""

from typing import Any

SESSION_ID = "6f1f7f9a-5f0e-4a35-9a6b-0a4f4a3b2c1d"
GENERATION_ID = "0f5d4c9e-3f0e-4d53-8f8a-2b1c0d9e8f7a"
MODEL = "Llama-3.2-1B-Instruct-q4f16_1-MLC"
REGISTRATION = {"username": "alice", "password": "correct horse battery", "email": "alice@example.org"}
REGISTERED = {"username": "alice", "email": "alice@example.org"}
CREDENTIALS = {"username": "alice", "password": "correct horse battery"}
TOKENS = {"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…"}
SOCKET = {"wsUrl": f"ws://localhost:3000/ws/webllm/{SESSION_ID}?ticket=…"}
SESSION: dict[str, Any] = {
    "sessionId": SESSION_ID,
    **SOCKET,
    "id": SESSION_ID,
    "modelId": MODEL,
    "isInCatalogue": True,
    "status": "initializing",
    "createdAt": "2026-01-31T18:30:00Z",
    "lastActivity": "2026-01-31T18:30:00Z",
    "expiresAt": "2026-01-31T19:00:00Z",
    "closedAt": None,
    "closeReason": "",
    "queueLength": 0,
    "engine": {},
}
PAGE = {"next": "http://localhost:3000/api/…?cursor=…", "previous": None}
SESSIONS = PAGE | {"results": [SESSION]}
WISH = {"prompt": "Generate 2 flashcards about tides", "options": {"count": 2, "topic": "Tides"}}
GENERATION = {
    "generationId": GENERATION_ID,
    "id": GENERATION_ID,
    "sessionId": SESSION_ID,
    "requestId": None,
    "status": "queued",
    "place": 0,
    "prompt": WISH["prompt"],
    "options": WISH["options"],
    "cards": [],
    "partial": False,
    "error": "",
    "code": "",
    "engine": "",
    "createdAt": "2026-01-31T18:30:00Z",
    "finishedAt": None,
    "attempts": [],
}
GENERATIONS = PAGE | {"results": [GENERATION]}
MODELS = {
    "models": [
        {
            "modelId": MODEL,
            "name": "Llama 3.2 1B",
            "engine": "webllm",
            "url": "https://huggingface.co/mlc-ai/Llama-3.2-1B-Instruct-q4f16_1-MLC",
            "library": "https://raw.githubusercontent.com/mlc-ai/binary-mlc-llm-libs/main/…wasm",
            "downloadMb": 695.0,
            "isDownloadEstimated": True,
            "vramMb": 879.0,
            "bufferMb": None,
            "context": 4096,
            "features": ["shader-f16"],
            "overrides": {},
            "isLocal": False,
            "isDefault": False,
        }
    ]
}
STATS = {
    "sessions": {
        "total": 1,
        "byStatus": {"initializing": 1, "ready": 0, "generating": 0, "error": 0, "closed": 0, "expired": 0},
        "isEstimate": False,
    },
    "generations": {
        "total": 1,
        "byStatus": {"queued": 0, "leased": 0, "succeeded": 1, "failed": 0, "cancelled": 0},
        "isEstimate": False,
    },
}
