"""Votes are read a row a vote or a column an observer; what can't be used is named by its line."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark.config.vote_files import OpinionsEntry
from benchmark.core.errors import ConfigError, DataError, UserError
from benchmark.data.vote_tables import VotesRead, named_columns, read_votes
from benchmark.data.votes_of_pairs import judge

PAIRS = pd.DataFrame(
    {"pair": ["a.png", "b.png", "c.png"], "enhanced": ["a.png", "b.png", "c.png"], "mos": np.nan, "mos_sd": np.nan}
).assign(observers=np.nan)
LONG = "image,subject,rating\na.png,Ann,4\na.png,Bob,2\nb.png,Ann,5\nc.png,Bob,1\nc.png,Cid,\n"
WIDE = "image,Subject 1,Subject 2,Subject 3,other\na.png,4,2,,9\nb.png,5,,,9\nc.png,,1,,9\n"


def read(tmp_path: Path, text: str, name: str = "votes.csv", **keys: Any) -> VotesRead:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_votes(OpinionsEntry(file=tmp_path / name, **keys), PAIRS, ["x/a.png", "x/b.png", "y/c.png"])


def test_a_row_a_vote(tmp_path: Path) -> None:
    votes = read(tmp_path, LONG).votes
    assert votes.columns.tolist() == ["Ann", "Bob", "Cid"]
    np.testing.assert_array_equal(votes.to_numpy(), [[4, 2, np.nan], [5, np.nan, np.nan], [np.nan, 1, np.nan]])


def test_a_column_an_observer_by_a_pattern(tmp_path: Path) -> None:
    votes = read(tmp_path, WIDE, columns=["Subject *"]).votes
    assert votes.columns.tolist() == ["Subject 1", "Subject 2", "Subject 3"]
    np.testing.assert_array_equal(votes.to_numpy()[:, :2], [[4, 2], [5, np.nan], [np.nan, 1]])


def test_columns_have_any_names_that_are_named(tmp_path: Path) -> None:
    text = (
        LONG.replace("image,subject,rating", "Bild,Person,Note")
        .replace(",", ";")
        .replace("a.png;Ann;4", "a.png;Ann;4,5")
    )
    read_in = read(tmp_path, text, names="Bild", observer="Person", vote="Note")
    assert read_in.votes.loc[0, "Ann"] == 4.5
    assert any("semicolons" in note for note in read_in.notes)


def test_folders_tell_equal_names_apart(tmp_path: Path) -> None:
    text = "where,image,observer,vote\ny,c,Ann,3\nx,a,Ann,2\n"
    votes = read(tmp_path, text, folder="where").votes
    np.testing.assert_array_equal(votes["Ann"], [2, np.nan, 3])


def test_names_that_match_no_pair_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, LONG + "z.png,Ann,3\nz.png,Bob,3\n")
    assert found.unmatched == ("z.png",)
    (note,) = found.notes
    assert "1 names of votes.csv match no pair ('z.png' is the first)" in note


@pytest.mark.parametrize(
    ("text", "keys", "words"),
    [
        (LONG + "a.png,Ann,3\n", {}, "votes.csv:7: 'Ann' has voted on the pair a.png already"),
        (LONG.replace("Bob,2", "Bob,two"), {}, "votes.csv:3: the vote 'two' in column 'rating' is not a number"),
        (LONG.replace("Bob,2", "Bob,inf"), {}, "votes.csv:3: the vote 'inf' in column 'rating' is not finite"),
        (LONG.replace("a.png,Bob", "a.png,"), {}, "votes.csv:3: the observer in column 'subject' is missing"),
        (LONG.replace("b.png,Ann", ",Ann"), {}, "votes.csv:4: the image's name is missing"),
        (LONG.replace("subject", "wer"), {}, "no column of observers; name it as `observer:`; or name the `columns`"),
        (LONG.replace("rating", "note"), {}, "no column of votes; name it as `vote:`"),
        (LONG.replace("image", "bild"), {}, "no column of image names; name it as `names:`"),
        (LONG, {"vote": "ratings", "observer": "subject"}, "no column 'ratings'; did you mean 'rating'?"),
        (WIDE, {"columns": ["Subjekt *"]}, "no column 'Subjekt *' of votes"),
        (WIDE + "a.png,1,1,1,1\n", {"columns": ["Subject *"]}, "votes.csv:5: the pair a.png already has votes"),
        (WIDE.replace("5,,", "5,?,"), {"columns": ["Subject *"]}, "votes.csv:3: the vote '?' in column 'Subject 2'"),
        (
            LONG.replace(".png", ".jpeg").replace("a.", "q.").replace("b.", "r.").replace("c.", "s."),
            {},
            "none of its 3 names",
        ),
        (LONG + "a.png,Ann\n", {}, "votes.csv:7"),
        ("image,subject,rating\n", {}, "no votes"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(tmp_path: Path, text: str, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=r"votes\.csv") as error:
        read(tmp_path, text, **keys)
    assert words in str(error.value)
    assert len(str(error.value).splitlines()) <= 3


def test_a_name_that_fits_several_pairs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("image,observer,vote\na.png,Ann,1\n")
    twice = pd.DataFrame({"pair": ["x/a.png", "y/a.png"], "enhanced": ["a.png", "a.png"]})
    with pytest.raises(DataError, match=r"votes.csv:2: 'a.png' fits 2 pairs .*`folder:`"):
        read_votes(OpinionsEntry(file=tmp_path / "votes.csv"), twice, ["x/a.png", "y/a.png"])


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "name the `file` of the votes"),
        ({"columns": ["a"], "vote": "b", "file": "v.csv"}, "`columns` .* and `vote` .* exclude each other"),
        ({"columns": ["a"], "names": "b"}, "`names` goes with `file`"),
        ({"file": "v.csv", "center": "observer"}, "center"),
    ],
)
def test_keys_that_do_not_fit_are_refused(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        OpinionsEntry(**keys)


def test_a_heading_is_taken_as_it_is_before_it_is_a_pattern() -> None:
    assert named_columns(["s*", "s1", "s2"], ["s*"], "t") == ["s*"]
    assert named_columns(["b", "s1", "a", "s2"], ["s*", "a"], "t") == ["s1", "a", "s2"]


def votes_of(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=PAIRS.index, dtype=float)


def test_labels_spread_and_number_follow_where_the_table_has_none() -> None:
    nan = np.nan
    votes = votes_of(Ann=[4, 5, 3], Bob=[2, nan, 3], Cid=[nan, nan, nan])
    found = judge(PAIRS, votes, "none")
    np.testing.assert_array_equal(found.pairs["mos"], [3, 5, 3])
    np.testing.assert_allclose(found.pairs["mos_sd"], [np.sqrt(2), nan, nan])
    np.testing.assert_array_equal(found.pairs["observers"], [2, 1, 2])
    assert found.votes.columns.tolist() == ["Ann", "Bob"]
    assert "5 votes of 2 observers, 1 to 2 on a pair." in found.notes
    assert any("have no vote" in note and "Cid" in note for note in found.notes)
    assert any("All votes agree on 1 pairs" in note for note in found.notes)


def test_labels_of_the_table_stay_and_what_differs_is_told() -> None:
    votes = votes_of(Ann=[4, 5, 3], Bob=[2, 5, 1])
    given = PAIRS.assign(mos=[3.0, 5.0, 2.0], mos_sd=[0.1, 0.2, 0.3])
    same = judge(given, votes, "none")
    np.testing.assert_array_equal(same.pairs["mos_sd"], [0.1, 0.2, 0.3])
    assert not any("differ from the means" in note for note in same.notes)
    other = judge(given.assign(mos=[3.0, 9.0, 2.0]), votes, "none")
    np.testing.assert_array_equal(other.pairs["mos"], [3, 9, 2])
    (note,) = [note for note in other.notes if "differ from the means" in note]
    assert "up to 4 (mean difference 1.33); they correlate by 0.980" in note


def test_odd_observers_are_told() -> None:
    nan = np.nan
    votes = votes_of(Ann=[4, 5, 3], Bob=[2, 2, 2], Cid=[nan, 9, nan])
    plain, centred = judge(PAIRS, votes, "none"), judge(PAIRS, votes, "observer")
    assert "Observers who gave all images the same vote: Bob." in plain.notes
    assert "Observers who have a single vote, which is used: Cid." in plain.notes
    assert plain.pairs["observers"].tolist() == [2, 3, 2]
    assert any("a single vote, which is left out" in note for note in centred.notes)
    assert centred.votes.columns.tolist() == ["Ann", "Bob"]
    assert any("each observer's mean is removed first" in note for note in centred.notes)


def test_a_pair_without_label_and_vote_is_named() -> None:
    votes = votes_of(Ann=[4, np.nan, 3])
    with pytest.raises(DataError, match=r"the pair 'b.png' has no vote .*'q.png' is the first"):
        judge(PAIRS, votes, "none", ["q.png"])
    kept = judge(PAIRS.assign(mos=[1.0, 2.0, 3.0]), votes, "none")
    assert "1 of 3 pairs have no vote." in kept.notes
    assert np.isnan(kept.pairs["observers"][1])
