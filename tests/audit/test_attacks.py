"""`make audit` repeats what the threat model promises."""

from audit.__main__ import ATTACKS, ROOT


def test_every_line_of_the_threat_model_is_repeated() -> None:
    """Each line of the table of attackers names tests that exist, and all of them are run."""
    table = (ROOT / "docs" / "threat-model.md").read_text().partition("| attacker |")[2].partition("\n\n")[0]
    lines = table.splitlines()[2:]
    run = {argument for attack in ATTACKS.values() for argument in attack}
    named = [{part for part in line.rpartition(" | ")[2].split("`") if part.startswith("tests/")} for line in lines]
    assert len(lines) > 10
    assert [line for line, tests in zip(lines, named, strict=True) if not tests or not tests <= run] == []
    assert [path for tests in named for path in tests if not (ROOT / path).is_file()] == []
