"""Names of LaTeX's commands: what they show, which arguments they have, how they set text off. Imports nothing.

Shapes of arguments: ``m`` must be there, ``o`` in brackets, ``p`` in parentheses, ``s`` a star, ``v`` what is seen.
"""

_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega varepsilon vartheta varrho varsigma varphi "
    "omicron varpi"
)
GREEK = dict(zip(_NAMES.split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩεϑρςφοϖ", strict=True))
SYMBOLS = {
    **GREEK,
    **dict.fromkeys(("uparrow", "textuparrow"), "↑"),
    **dict.fromkeys(("downarrow", "textdownarrow"), "↓"),
    **dict.fromkeys(("rightarrow", "to", "textrightarrow"), "→"),
    **dict.fromkeys(("leftarrow", "textleftarrow"), "←"),
    **dict.fromkeys(("pm", "textpm"), "±"),
    **dict.fromkeys(("times", "texttimes"), "×"),
    **dict.fromkeys(("le", "leq", "leqslant"), "≤"),
    **dict.fromkeys(("ge", "geq", "geqslant"), "≥"),
    **dict.fromkeys(("lt", "textless"), "<"),
    **dict.fromkeys(("gt", "textgreater"), ">"),
    **dict.fromkeys(("dots", "ldots", "cdots", "textellipsis"), "…"),
    **dict.fromkeys(("vert", "mid", "lvert", "rvert", "textbar"), "|"),
    **dict.fromkeys(("cdot", "textperiodcentered"), "·"),
    **dict.fromkeys(("circ", "textdegree", "degree"), "°"),
    **dict.fromkeys(("ne", "neq"), "≠"),
    **dict.fromkeys(("lbrace", "textbraceleft"), "{"),
    **dict.fromkeys(("rbrace", "textbraceright"), "}"),
    "Uparrow": "⇑", "Downarrow": "⇓", "nearrow": "↗", "searrow": "↘", "leftrightarrow": "↔", "mp": "∓",
    "checkmark": "✓", "approx": "≈", "sim": "~", "textasciitilde": "~", "infty": "∞", "textminus": "-",
    "textendash": "–", "textemdash": "—", "textbackslash": "\\", "textunderscore": "_", "textasciicircum": "^",
    "backslash": "\\", "slash": "/", "bullet": "•", "textbullet": "•", "ell": "ℓ", "prime": "′", "in": "∈",
    "Vert": "‖", "sum": "∑", "percent": "%", "textpercent": "%", "colon": ":", "neg": "¬", "cup": "∪", "cap": "∩",
    "textquotesingle": "'", "langle": "⟨", "rangle": "⟩", "nabla": "∇", "partial": "∂", "ss": "ß", "o": "ø",
    "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "i": "ı",
    "j": "ȷ", "textmu": "µ", "square": "□", "max": "max", "min": "min", "log": "log", "ln": "ln", "exp": "exp",
    "TeX": "TeX", "LaTeX": "LaTeX", "And": "&",
}  # fmt: skip
"""What a command without arguments shows."""
DINGBATS = {"51": "✓", "52": "✔", "53": "✕", "54": "✖", "55": "✗", "56": "✘"}
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323", "b": "\u0331", "k": "\u0328",
    "r": "\u030a", "acute": "\u0301", "grave": "\u0300", "hat": "\u0302", "bar": "\u0304", "tilde": "\u0303",
    "check": "\u030c", "breve": "\u0306", "dot": "\u0307", "ddot": "\u0308",
}  # fmt: skip
ESCAPED = "&%_#${}"
BLANKS = (
    ",",
    ":",
    ";",
    ">",
    " ",
    "quad",
    "qquad",
    "enspace",
    "enskip",
    "thinspace",
    "space",
    "par",
    "newline",
    "hfill",
)
LINE_ENDS = ("\\", "tabularnewline", "cr", "crcr")

WRAPPED = {
    **dict.fromkeys(("textbf", "mathbf", "boldsymbol", "bm", "pmb", "symbf", "textbfseries"), "bold"),
    **dict.fromkeys(
        ("underline", "uline", "ul", "uuline", "uwave", "underbar", "dashuline", "dotuline", "udash"), "underline"
    ),
    **dict.fromkeys(("textit", "emph", "mathit", "textsl", "symit"), "italic"),
}
"""Commands that set their argument off."""
SWITCHES = {
    **dict.fromkeys(("bf", "bfseries", "boldmath"), ("bold", True)),
    **dict.fromkeys(("it", "itshape", "em", "sl", "slshape"), ("italic", True)),
    **dict.fromkeys(("mdseries", "unboldmath"), ("bold", False)),
    **dict.fromkeys(("upshape", "normalfont", "rm"), ("italic", False)),
}
"""Commands that hold to the end of the group: the mark, and whether it begins or ends."""

SHOWN = {
    **dict.fromkeys(
        (
            "text", "mathrm", "textrm", "textsf", "texttt", "mathsf", "mathtt", "mathcal", "mathbb", "mbox", "hbox",
            "fbox", "textnormal", "textup", "textmd", "textsc", "mathnormal", "smash", "url", "path", "centerline",
            "MakeUppercase", "uppercase", "lowercase", "vcenter", "ensuremath", "operatorname",
            "textsmaller", "textlarger", "mathop", "mathbin", "mathrel", "mathord", "overline", "textquote", "rlap",
            "llap", "clap", "mathrlap", "mathllap", "unit", "si", "colhead", "textscale", "IeC", "textlf",
        ),
        "v",
    ),
    "num": "ov", "tablenum": "ov", "SI": "ovv", "qty": "ovv", "ang": "ov", "rotatebox": "omv", "scalebox": "mov",
    "resizebox": "smmv", "raisebox": "moov", "parbox": "ooomv", "makebox": "oov", "framebox": "oov", "makecell": "sov",
    "thead": "sov", "rothead": "sov", "shortstack": "ov", "Centerstack": "ov", "href": "mv", "hyperref": "ov",
    "foreignlanguage": "mv", "adjustbox": "mv", "diagbox": "ovv", "backslashbox": "ovv", "slashbox": "ovv",
    "textls": "ov", "multirowcell": "movv", "makecellbox": "ov", "hyperlink": "mv",
    "hypertarget": "mv", "turnbox": "mv", "frac": "vv", "tfrac": "vv", "dfrac": "vv",
    "subcaption": "v", "tabincell": "mv", "specialcell": "ov",
}  # fmt: skip
"""Commands whose content is shown as it is."""
UNSEEN = {
    **dict.fromkeys(
        (
            "centering", "raggedright", "raggedleft", "arraybackslash", "noindent", "tiny", "scriptsize",
            "footnotesize", "small", "normalsize", "large", "Large", "LARGE", "huge", "Huge", "displaystyle",
            "textstyle", "scriptstyle", "scriptscriptstyle", "rmfamily", "sffamily", "ttfamily", "scshape", "sc", "sf",
            "tt", "limits", "nolimits", "protect", "relax", "unskip", "ignorespaces", "hfil", "vfil", "vfill", "null",
            "leavevmode", "strut", "mathstrut", "allowbreak", "nobreak", "linebreak", "!", "/", "-", "@", "selectfont",
            "xspace", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "dag", "ddag", "dagger", "ddagger",
            "textdagger", "textdaggerdbl", "fi", "else", "smallskip", "medskip", "bigskip", "maketitle", "newpage",
            "clearpage", "pagebreak", "nopagebreak", "makeatletter", "makeatother", "hss", "vss", "begingroup",
            "endgroup", "bgroup", "egroup", "nonumber", "notag", "Tstrut", "Bstrut",
            "hrule", "centernot", "smaller", "larger", "textwidth", "linewidth",
            "columnwidth", "tabcolsep", "arraystretch", "baselineskip", "arraycolsep", "fboxsep", "fontdimen",
            "iffalse", "iftrue", "endinput", "endgraf", "ulcorner", "noexpand",
        ),
        "",
    ),
    **dict.fromkeys(("phantom", "hphantom", "vphantom", "footnote", "footnotetext", "tnote", "label", "ref"), "om"),
    **dict.fromkeys(("eqref", "autoref", "cref", "Cref", "pageref", "nameref", "vref", "tablefootmark"), "sm"),
    **dict.fromkeys(("vspace", "hspace"), "sm"),
    **dict.fromkeys(("setlength", "addtolength", "setcounter", "fontsize", "addtocounter", "captionsetup"), "mm"),
    **dict.fromkeys(("index", "fontfamily", "fontshape", "arrayrulecolor", "input", "include", "hypersetup"), "om"),
    **dict.fromkeys(("sisetup", "columncolor", "thanks", "todo", "nocite", "pagestyle", "SetTblrInner"), "om"),
    "footnotemark": "o", "bigstrut": "o", "rule": "omm", "caption": "som", "captionof": "smom",
    "tablefootnote": "om", "tablenotemark": "m", "tikz": "om", "markcell": "m", "rowstyle": "m", "nulldelimiterspace": "",
    "hyphenation": "m", "usepackage": "om", "documentclass": "om",
}  # fmt: skip
"""Commands of which nothing is seen."""
SKIPS = ("vskip", "hskip", "kern", "mkern", "mskip", "height", "depth", "width", "tabcolsep", "arraycolsep")
"""Commands followed by a length without braces."""

FULL_RULES = {
    **dict.fromkeys(("hline", "firsthline", "lasthline", "thickhline", "shline"), ""),
    **dict.fromkeys(("hdashline", "Hline"), "o"),
    **dict.fromkeys(("toprule", "midrule", "bottomrule", "heavyrule", "lightrule"), "o"),
    **dict.fromkeys(("Xhline", "hlineB", "hlinewd", "hhline"), "m"),
    "specialrule": "mmm",
    "tabucline": "om",
}
PART_RULES = {"cline": "m", "cmidrule": "opm", "cdashline": "mo", "Xcline": "mm", "cdashlinelr": "m"}
BETWEEN = {
    "addlinespace": "o", "noalign": "m", "rowcolor": "omoo", "rowcolors": "smmmo", "morecmidrules": "",
    "RowStyle": "om", "SetRow": "om", "SetHline": "oom", "SetVline": "oom", "hiderowcolors": "", "showrowcolors": "",
    "caption": "som", "label": "m", "pagebreak": "o", "nopagebreak": "o", "belowrulesepcolor": "m",
    "aboverulesepcolor": "m", "rowfont": "om", "defaultaddspace": "", "captionsetup": "om", "CodeBefore": "", "Body": "",
}  # fmt: skip
"""Commands between rows, and their arguments."""

TABLES = {
    "tabular": "om", "tabular*": "mom", "tabularx": "mom", "tabulary": "mom", "array": "om", "longtable": "om",
    "longtable*": "om", "xltabular": "omm", "ltablex": "om", "NiceTabular": "omo", "NiceTabular*": "momo",
    "NiceTabularX": "momo", "NiceArray": "omo", "tblr": "om", "longtblr": "om", "talltblr": "om", "supertabular": "m",
    "supertabular*": "mm", "xtabular": "m", "tabu": "om", "longtabu": "om", "mpsupertabular": "m",
    "tabularray": "om", "TAB": "om",
}  # fmt: skip
"""Environments of tables, and their arguments."""
EQUATIONS = (
    "equation",
    "align",
    "gather",
    "eqnarray",
    "multline",
    "flalign",
    "alignat",
    "displaymath",
    "math",
    "split",
)
