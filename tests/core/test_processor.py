"""Units for bfloat16, from the listings of real processors; a warning where there are none, and none where nobody knows."""

from pathlib import Path

import pytest

from benchmark.core.processor import bf16_units, why_slow_in_bf16

SAPPHIRE = "flags\t\t: fpu avx512f avx512_bf16 amx_bf16 avx512_fp16 amx_tile amx_int8"
ICE_LAKE = "flags\t\t: fpu avx512f avx512_vnni avx512_bitalg"
GRAVITON = "Features\t: fp asimd svei8mm svebf16 i8mm bf16"


@pytest.mark.parametrize(
    ("listed", "units"),
    [
        (SAPPHIRE, ("amx_bf16", "avx512_bf16")),
        (ICE_LAKE, ()),
        (GRAVITON, ("bf16", "svebf16")),
        ("processor : 0", None),
    ],
)
def test_units_are_read_as_whole_words(tmp_path: Path, listed: str, units: tuple[str, ...] | None) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nmodel name\t: avx512_bf16 in name only\n{listed}\nbugs\t\t: none\n")
    assert bf16_units(file) == units


def test_only_a_processor_that_is_known_to_lack_them_is_warned_of(tmp_path: Path) -> None:
    assert "without units for it" in why_slow_in_bf16(())
    assert why_slow_in_bf16(("amx_bf16",)) == ""
    assert why_slow_in_bf16(None) == ""
    assert bf16_units(tmp_path / "absent") is None
