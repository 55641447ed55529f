"""BibTeX entries: read as BibTeX reads them, cited by author and year, written so that nothing breaks."""

import re

import pytest

from benchmark.plugins import registry
from benchmark.report.paragraph.bibliography import Bibliography
from benchmark.report.paragraph.bibtex_entry import entry_of, entry_of_line, plain
from benchmark.report.paragraph.procedures import PROCEDURES, SOFTWARE

WANG = (
    "@article{wang2004image, author={Wang, Zhou and Bovik, Alan C. and Sheikh, Hamid R.}, "
    'title={Image {Q}uality}, journal="IEEE TIP", year = 2004}'
)


def test_an_entry_is_taken_apart_and_written_again() -> None:
    entry = entry_of(WANG)
    assert entry is not None
    assert (entry.kind, entry.key) == ("article", "wang2004image")
    assert dict(entry.fields) == {
        "author": "Wang, Zhou and Bovik, Alan C. and Sheikh, Hamid R.",
        "title": "Image {Q}uality",
        "journal": "IEEE TIP",
        "year": "2004",
    }
    again = entry_of(entry.to_bibtex())
    assert again == entry


@pytest.mark.parametrize(
    ("author", "cited"),
    [
        ("Spearman, Charles", "Spearman 1999"),
        ("Charles Spearman", "Spearman 1999"),
        ("Romano, Joseph P. and Wolf, Michael", "Romano and Wolf 1999"),
        ("A, B and C, D and E, F", "A et al. 1999"),
        ("Paszke, Adam and others", "Paszke et al. 1999"),
        (r"M{\"u}ller, K. and Mantiuk, Rafa{\l}", "Müller and Mantiuk 1999"),
        (r"Ball{\'e}, Johannes", "Ballé 1999"),
        (r"Kl{\'i}ma, Milo{\v{s}}", "Klíma 1999"),
        ("{The efid-bench maintainers}", "The efid-bench maintainers 1999"),
        ("{Le Callet}, Patrick", "Le Callet 1999"),
    ],
)
def test_authors_and_year_as_a_text_cites_them(author: str, cited: str) -> None:
    entry = entry_of(f"@misc{{x, author={{{author}}}, title={{T}}, year={{1999}}}}")
    assert entry is not None
    assert entry.author_year == cited


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "Somebody, 2004",
        "@misc{unused}",
        "@article{ssim}",
        "@article{x, title={A}, year={2004}",
        "@article{x, title={A}} @article{y, title={B}}",
        "@article{x, title={A}, year={20}04}",
        "@article{x y, title={A}}",
        "@article{x, author={A}}",
        "@article{x, title={A\\}}",
        "@comment{x, title={A}} %",
    ],
)
def test_what_is_no_sound_entry_is_none(damaged: str) -> None:
    assert entry_of(damaged) is None


def test_a_line_of_surnames_year_title_and_venue_is_an_entry() -> None:
    entry = entry_of_line("Sneyers, Ben Baruch, Vaxman 2023, CID22: Large & small, a test, IEEE MultiMedia", "cid22")
    assert entry is not None
    assert entry.author_year == "Sneyers et al. 2023"
    assert entry.fields["author"] == "Sneyers and {Ben Baruch} and Vaxman"
    assert entry.fields["title"] == r"{CID22: Large \& small, a test}"
    assert entry.fields["howpublished"] == "IEEE MultiMedia"
    assert entry_of_line("Photograph: `retina` (CC0). Degradations after Shen et al. 2021.", "x") is None
    assert entry_of_line("https://github.com/a/b", "x") is None


def test_one_entry_is_taken_once_and_two_of_one_key_get_different_keys() -> None:
    sources = Bibliography()
    assert sources.cite("a", WANG) == sources.cite("b", WANG)
    other = sources.cite("c", WANG.replace("2004}", "2005}").replace("wang2004image", "Wang2004Image"))
    assert set(sources.entries) == {"wang2004image", "Wang2004Imageb"}
    assert sources.as_text(f"X{other}.") == "X (Wang et al. 2005)."
    assert sources.as_latex(f"X_1{sources.cite('a', WANG)}{other}.") == r"X\_1~\cite{wang2004image,Wang2004Imageb}."


def test_what_lacks_an_entry_is_named_and_no_comment_begins_one() -> None:
    sources = Bibliography()
    assert sources.cite("the method X", "@broken{ somebody@mail.org") == ""
    assert sources.cite("the method Y", "") == ""
    text = sources.to_bibtex()
    assert "@" not in text
    assert "No BibTeX entry is at hand for the method X: (at)broken{ somebody(at)mail.org" in text
    assert "at hand for the method Y\n" in text


def test_letters_that_latex_does_not_know_and_bare_signs_are_escaped() -> None:
    entry = entry_of(
        "@misc{x, author={Łódź, Ä.}, title={50 % of A & B_1 in 中国 – done}, url={http://a/b_c%20d}, year={2020}}"
    )
    assert entry is not None
    written = entry.to_bibtex()
    assert r"50 \% of A \& B\_1 in" in written
    assert "http://a/b_c%20d" in written
    assert "中国" in written, "for XeLaTeX, as methods.tex says"
    assert entry_of(written) is not None


def test_what_the_tool_cites_itself_is_sound() -> None:
    for name, text in {**SOFTWARE, **PROCEDURES}.items():
        entry = entry_of(text)
        assert entry is not None, name
        assert re.fullmatch(r".+ (19|20)\d\d", entry.author_year), name
        assert plain(entry.fields["title"]), name
    keys = [entry.key for text in {**SOFTWARE, **PROCEDURES}.values() if (entry := entry_of(text))]
    assert len(set(keys)) == len(keys)


def test_most_methods_and_data_sets_have_an_entry() -> None:
    """Those without are our own floors and adapters, and sets whose paper is not stated in full."""
    lacking = set()
    for known in (registry.methods(), registry.datasets()):
        for name in known.names():
            info = known.load(name).info
            if entry_of(info.citation) is None and entry_of_line(info.citation, name) is None:
                lacking.add(name)
    ours = {"command", "enhancer-mean", "finetune", "fusion", "gain", "reference-quality", "scores-file"}
    ours |= {"sdmp-net", "sdmp-net-b16", "sdmp-net-ms", "sdmp-net-tiny"}
    assert lacking == ours | {"choices", "demo", "efid", "huggingface", "qualisr", "table", "toyama"}
