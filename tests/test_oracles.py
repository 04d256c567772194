"""Every number in tests/oracles holds."""

import pytest

from sunearth.core.oracles import load_oracles, verify

ORACLES = load_oracles()


@pytest.mark.parametrize("oracle", ORACLES, ids=[f"{o.function.split('.')[-1]}-{i}" for i, o in enumerate(ORACLES)])
def test_oracle(oracle):
    assert oracle.rtol > 0 or oracle.atol > 0 or isinstance(oracle.expected, (str, bool, int)), "state a tolerance"
    assert oracle.source, "state a source"
    (verdict,) = verify([oracle])
    assert verdict.holds, f"{oracle.function}{oracle.inputs}: expected {oracle.expected}, got {verdict.computed}"
