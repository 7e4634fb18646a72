"""The committed HTTP contract."""

from watchparty_api.schema import CONTRACT, schema_text, whole_app
from watchparty_api.web.openapi import document


def test_the_committed_contract_is_what_the_routes_say() -> None:
    """docs/contracts/openapi.json is up to date; `python -m watchparty_api.schema` writes it."""
    assert CONTRACT.read_text() == schema_text()


def test_each_operation_has_a_name_of_its_own_and_a_sentence() -> None:
    """Operation ids are unique, and every operation has a description."""
    operations = [op for path in document(whole_app())["paths"].values() for op in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert [op["operationId"] for op in operations if not op.get("description")] == []


def test_schema_names_are_our_own() -> None:
    """No two models share a name, which would put module paths into the generated types."""
    assert [name for name in document(whole_app())["components"]["schemas"] if "__" in name] == []


def test_no_path_ends_in_z() -> None:
    """Cloud Run reserves paths that end in z."""
    assert [path for path in document(whole_app())["paths"] if path.endswith("z")] == []
