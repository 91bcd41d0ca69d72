"""The benchmark of card quality: see README.md in this folder and docs/cards.md."""
