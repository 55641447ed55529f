r"""LaTeX as TeX's eyes see it: commands, braces, ``&`` and characters, each with its place. Standard library only.

Comments and what is set verbatim are dealt with here: a ``&`` in them separates no cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmark.audit.ink import MisfitError

MAX_DEPTH = 100
VERBATIM = ("verbatim", "Verbatim", "lstlisting", "minted", "comment", "filecontents", "tikzpicture", "verbatim*")
_COMMENT = re.compile(r"%[^\r\n]*(?:\r\n|\r|\n)?[ \t]*")
_WORD = re.compile(r"\\([A-Za-z]+)[ \t]*(?:(?:\r\n|\r|\n)[ \t]*(?![ \t\r\n]))?")
_INTERNAL = re.compile(r"\\([A-Za-z@]+)[ \t]*")
_BLANK = re.compile(r"[ \t\r\n\f\v\ufeff]+")
_VERB = re.compile(r"\\(?:verb|lstinline)\*?([^A-Za-z*\s{])(.*?)\1")
_BEGIN_VERBATIM = re.compile(r"\\begin\s*\{(" + "|".join(re.escape(name) for name in VERBATIM) + r")\}")
_ADDRESS = re.compile(r"\\(url|href|path)\s*\{([^{}]*)\}")
_SPECIAL = {"{": "begin", "}": "end", "$": "math", "&": "cell", "^": "sup", "_": "sub"}


class Token(NamedTuple):
    """One thing that TeX takes as a whole.

    Attributes:
        kind: ``command``, ``begin`` and ``end`` (braces), ``math``, ``cell``, ``sup``, ``sub``, ``param``, ``blank`` or
            ``char``.
        text: a command's name without the backslash; else the character.
        at: its place in the file; of what a macro expands to, the place of the macro.
        own: whether it stands there as such.
        hidden: macros that are not expanded in it, since it came out of them.
    """

    kind: str
    text: str
    at: int
    own: bool = True
    hidden: frozenset[str] = frozenset()

    def is_command(self, *names: str) -> bool:
        """Whether it is one of these commands."""
        return self.kind == "command" and self.text in names

    def is_char(self, char: str) -> bool:
        """Whether it is this character."""
        return self.kind == "char" and self.text == char


def tokens(text: str) -> list[Token]:
    r"""All tokens of a file, without comments, verbatim text and what ``\iffalse`` switches off."""
    return list(_without_iffalse(_tokens(text)))


def _tokens(text: str) -> Iterator[Token]:
    at, internal = 0, False
    while at < len(text):
        char = text[at]
        if char == "\\":
            found, at, internal = _backslash(text, at, internal)
            yield from found
        elif char == "%":
            match = _COMMENT.match(text, at)
            at = match.end() if match else at + 1
        elif match := _BLANK.match(text, at):
            yield Token("blank", " ", at, own=char == " ")
            at = match.end()
        elif char == "~":
            yield Token("blank", " ", at, own=False)
            at += 1
        elif char == "#" and text[at + 1 : at + 2].isdigit():
            yield Token("param", text[at + 1], at)
            at += 2
        else:
            yield Token(_SPECIAL.get(char, "char"), char, at)
            at += 1


def _backslash(text: str, at: int, internal: bool) -> tuple[list[Token], int, bool]:
    """What begins with a backslash, where it ends, and whether ``@`` is a letter from there on."""
    if match := _VERB.match(text, at):
        return [Token("char", char, match.start(2) + step) for step, char in enumerate(match[2])], match.end(), internal
    if match := _BEGIN_VERBATIM.match(text, at):
        end = text.find(rf"\end{{{match[1]}}}", match.end())
        if end < 0:
            raise MisfitError(rf"\begin{{{match[1]}}} has no \end{{{match[1]}}}; add it", at)
        drawn = [Token("command", "tikzpicture", at)] if match[1] == "tikzpicture" else []
        return drawn, end + len(rf"\end{{{match[1]}}}"), internal
    if match := _ADDRESS.match(text, at):
        shown = [Token("char", char, match.start(2) + step) for step, char in enumerate(match[2])]
        braced = [Token("begin", "{", at), *shown, Token("end", "}", at)]
        return [Token("command", match[1], at), *braced], match.end(), internal
    match = (_INTERNAL if internal else _WORD).match(text, at)
    if match:
        name = match[1]
        return [Token("command", name, at)], match.end(), (internal or name == "makeatletter") and name != "makeatother"
    symbol = text[at + 1 : at + 2]
    if symbol.isspace() or not symbol:
        return [Token("blank", " ", at, own=False)], at + 2, internal
    return [Token("command", symbol, at)], at + 2, internal


def _without_iffalse(found: Iterator[Token]) -> Iterator[Token]:
    r"""What is left when ``\iffalse … \else … \fi`` is taken out, its ``\else`` part not."""
    for token in found:
        if not token.is_command("iffalse"):
            yield token
            continue
        depth = 1
        for other in found:
            if other.kind == "command" and re.match("if(?!f$|thenelse)", other.text):
                depth += 1
            elif other.is_command("fi"):
                depth -= 1
            if not depth or (depth == 1 and other.is_command("else")):
                break


class Stream:
    """Tokens to be taken one after the other, with the arguments of commands; what was taken can be put back."""

    def __init__(self, found: Sequence[Token]) -> None:
        self._left = list(reversed(found))

    def __iter__(self) -> Iterator[Token]:
        while self._left:
            yield self._left.pop()

    def peek(self) -> Token | None:
        """The next token, if there is one."""
        return self._left[-1] if self._left else None

    def ahead(self, count: int) -> str:
        """The next characters and blanks as text, as far as nothing else comes."""
        text = ""
        for token in self._left[: -count - 1 : -1]:
            if token.kind not in ("char", "blank"):
                break
            text += token.text
        return text

    def skip(self, count: int) -> None:
        """Take tokens away."""
        del self._left[len(self._left) - count :]

    def put_back(self, found: Sequence[Token]) -> None:
        """Tokens that come next."""
        self._left.extend(reversed(found))

    def blanks(self) -> None:
        """Skip blanks."""
        while self._left and self._left[-1].kind == "blank":
            self._left.pop()

    def star(self) -> bool:
        """Whether a star comes next; it is taken."""
        if self._left and self._left[-1].is_char("*"):
            self._left.pop()
            return True
        return False

    def group(self, begin: Token) -> list[Token]:
        """What stands before the brace that closes the one just taken.

        Raises:
            MisfitError: none does.
        """
        depth = 1
        inner: list[Token] = []
        for token in self:
            depth += {"begin": 1, "end": -1}.get(token.kind, 0)
            if not depth:
                return inner
            if depth > MAX_DEPTH:
                raise MisfitError(f"braces are nested deeper than {MAX_DEPTH}", token.at)
            inner.append(token)
        raise MisfitError("a brace `{` is never closed; add `}` or remove it", begin.at)

    def argument(self) -> list[Token]:
        """The next group without its braces, or the next single token; empty at the end."""
        self.blanks()
        for token in self:
            if token.kind == "end":  # the command stands last in a group of its own
                self._left.append(token)
                return []
            return self.group(token) if token.kind == "begin" else [token]
        return []

    def option(self, pair: str = "[]", *, near: bool = False) -> list[Token] | None:
        """What stands in brackets, if they come next.

        Args:
            pair: the brackets.
            near: whether blanks before them are no part of the command.
        """
        skipped = []
        while not near and self._left and self._left[-1].kind == "blank":
            skipped.append(self._left.pop())
        if not self._left or not self._left[-1].is_char(pair[0]):
            self.put_back(skipped)
            return None
        depth, braces = 0, 0
        for index in range(len(self._left) - 1, -1, -1):
            token = self._left[index]
            braces += {"begin": 1, "end": -1}.get(token.kind, 0)
            if braces < 0:
                break
            if not braces:
                depth += token.is_char(pair[0]) - token.is_char(pair[1])
            if not depth:
                inner = self._left[index + 1 : -1][::-1]
                del self._left[index:]
                return inner
        return None


def plain(found: Sequence[Token]) -> str:
    """Tokens as text: names of environments, numbers of columns, colours."""
    return "".join(f"\\{token.text}" if token.kind == "command" else token.text for token in found).strip()
