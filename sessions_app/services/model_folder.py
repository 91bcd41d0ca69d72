"""The operator's own models: what lies in `MINDFLIP_MODELS_DIR`."""

MODELS_URL = "/models/"


def is_description(name: str) -> bool:
    """Whether a path inside the models folder names a description, which is for the server alone."""
    folder, _, file = name.rpartition("/")
    return file == "mindflip-model.json" or (not folder and file.endswith(".json"))
