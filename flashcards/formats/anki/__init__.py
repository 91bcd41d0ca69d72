"""Read and write Anki packages (.apkg, .colpkg)."""
