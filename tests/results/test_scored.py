"""The record of a method in ``run.json``."""

from benchmark.results.scored import ScoredMethod, record_fault


def test_only_methods_trained_by_partition_say_so() -> None:
    """Runs without them keep their bytes."""
    usual = ScoredMethod(label="a", name="a", title="A", higher_is_better=True)
    trained = ScoredMethod(label="b", name="b", title="B", higher_is_better=True, by_partition=True)
    assert "by_partition" not in usual.record()
    for method in (usual, trained):
        assert ScoredMethod.from_record(method.record()) == method
        assert record_fault(method.record()) == ""
    assert record_fault(trained.record() | {"by_partition": "yes"}) == "by_partition: 'yes' is none"
