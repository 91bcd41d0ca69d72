"""The pages that a student sees: server-rendered, each with a small ES module beside it."""
