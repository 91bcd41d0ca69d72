"""The pages that users see: server-rendered, each with a small ES module."""
