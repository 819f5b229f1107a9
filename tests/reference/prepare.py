"""What stands before preprocess."""


def prepare(module: object, spec: dict[str, object]) -> dict[str, object]:
    return spec
