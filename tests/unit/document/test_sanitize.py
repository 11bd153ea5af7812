"""Untrusted html: only what the tables allow comes through, and no text is lost."""

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from document import DocumentError, Limits, Section, build
from document import sanitize as sanitizing
from document.flatten import linearise
from document.sanitize import Pictures, parse_length, sanitize
from document.text import clean_text, is_right_to_left, soft_breaks
from unit.document import fax_samples as samples

LIMITS = Limits()
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def cleaned(source, **options):
    return lxml_html.tostring(sanitize(source, LIMITS, **options), encoding="unicode")


def shown(source):
    """The words of clean html."""
    root = sanitize(source, LIMITS)
    return " ".join(" ".join(root.itertext()).replace("\u200b", "").split())


TAGS = sorted(
    sanitizing.ALLOWED_TAGS
    | set(sanitizing.RENAMED_TAGS)
    | {"script", "style", "svg", "iframe", "object", "a", "x-y", "template", "math"}
)
ATTRIBUTES = [
    "style", "class", "id", "src", "href", "onclick", "width", "height", "colspan",
    "dir", "align", "background", "name", "data-x", "start", "hidden", "xlink:href",
]  # fmt: skip
VALUES = st.sampled_from([
    "javascript:alert(1)", "http://x.example/a", "file:///etc/passwd", "../a", "//x",
    "width:9999999px;background:url(http://x.example/)", "display:none", "rtl", "5",
    "text-align:center", "position:absolute;left:-999px", "&quot;><script>", "50%",
    "data:text/html,x", PIXEL, "o_checklist", "fax-notice other", "\x00", "1e9", "-3",
    "font-size:0;color:white", "expression(alert(1))", "-webkit-x:url('y')",
])  # fmt: skip


@st.composite
def element(draw, children):
    tag = draw(st.sampled_from(TAGS))
    names = draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=3, unique=True))
    attributes = "".join(f' {name}="{draw(VALUES)}"' for name in names)
    inner = "".join(draw(st.lists(children, max_size=3)))
    closing = draw(st.sampled_from([f"</{tag}>", "", "</p>", "</div></div>"]))
    return f"<{tag}{attributes}>{inner}{closing}"


TEXT = st.text(alphabet="abc <>&;\"'=/-\n张مé\u0301\u200d\u202e\x07", max_size=12)
HTML = st.recursive(TEXT, element, max_leaves=25)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(HTML)
@example("<svg><script>alert(1)</script></svg><math><style>a{}</style></math>")
@example("<p style=\"background:url('http://x/')\">x</p><!-- c --><?pi x?>")
@example("</div></div><script>x</script><body onload=x><p>y")
def test_only_what_is_allowed_comes_through(source):
    root = sanitize(source, LIMITS)
    for node in root.iter():
        assert node.tag in sanitizing.ALLOWED_TAGS
        for name, value in node.attrib.items():
            assert name in ("style", "class", "dir", "colspan", "rowspan", "start",
                            "src", "width", "height")  # fmt: skip
            assert "url" not in value and "script" not in value and "<" not in value
            if name == "src":
                assert re.fullmatch(r"picture\d+", value)
            if name == "style":
                for part in value.split(";"):
                    key, _colon, setting = part.partition(":")
                    if key == "list-style-type" and setting == "none":
                        continue
                    assert sanitizing.ALLOWED_STYLES[key].fullmatch(setting)
        assert not re.search("[\x00-\x08\u202a-\u202e]", "".join(root.itertext()))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(HTML)
def test_cleaning_twice_changes_no_word(source):
    once = sanitize(source, LIMITS)
    words = "".join("".join(once.itertext()).split())
    again = sanitize(lxml_html.tostring(once, encoding="unicode"), LIMITS)
    # What was a check box is a character now, and stays one.
    assert "".join("".join(again.itertext()).split()) == words


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(HTML)
def test_whatever_is_left_can_be_laid_out(source):
    section = Section("Title", "", re.sub("<img[^>]*>", "", source))
    try:
        result = build([section], running=samples.RUNNING)
    except DocumentError as error:
        assert error.code in ("layout", "too_deep")
    else:
        assert result.pages >= 1


NESTING = st.lists(
    st.sampled_from(["div", "p", "b", "ul><li", "ol><li", "table><tr><td", "blockquote",
                     "h2", "section", "x", "span"]),
    max_size=60,
)  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(NESTING)
@example(["div"] * 120)
@example(["b"] * 120)
@example(["table><tr><td"] * 30)
@example(["ul><li"] * 40)
def test_no_word_is_lost_however_deep_it_stands(tags):
    source = "".join(f"w{n} <{tag}>" for n, tag in enumerate(tags)) + "innermost "
    for number, tag in reversed(list(enumerate(tags))):
        source += "".join(f"</{t}>" for t in reversed(tag.split("><"))) + f" z{number} "
    try:
        result = build([Section("", "", source)], running=samples.RUNNING)
    except DocumentError as error:
        assert error.code == "too_deep" and len(tags) > 50
        return
    words = set(" ".join(samples.texts(result.pdf)).split())
    wanted = {"innermost", *(f"{c}{n}" for c in "wz" for n in range(len(tags)))}
    assert wanted <= words


@pytest.mark.parametrize("depth", [201, 255, 400, 5000])
def test_nesting_beyond_the_limit_is_refused_and_not_cut(depth):
    with pytest.raises(DocumentError) as caught:
        sanitize("<div>" * depth + "lost?", LIMITS)
    assert caught.value.code == "too_deep"


def test_nesting_within_the_limit_is_kept():
    assert shown("<div>" * 190 + "kept") == "kept"


def test_html_has_a_size_limit():
    with pytest.raises(DocumentError) as caught:
        sanitize("x" * 1001, Limits(max_html_bytes=1000))
    assert caught.value.code == "too_large"


def test_structure_survives():
    source = (
        "<h2>T</h2><p><b>a</b> <i>b</i><br>c</p><ul><li>d</li></ul>"
        '<table><tr><th>e</th><td colspan="2">f</td></tr></table>'
    )
    for part in ("<h2>T</h2>", "<b>a</b>", "<i>b</i>", "<br>", "<ul><li>d</li></ul>",
                 "<th>e</th>", '<td colspan="2">f</td>'):  # fmt: skip
        assert part in cleaned(source)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<script>alert(1)</script><p>a</p>", "a"),
        ("<style>p{}</style>a<noscript>b</noscript>", "a"),
        ('<a href="http://x.example/">link</a>', "link"),
        ('<p style="display: none">secret</p>a', "a"),
        ("<p hidden>secret</p>a", "a"),
        ("<section>a</section><article>b</article>", "a b"),
        ("<marquee>a</marquee>", "a"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("a\x00b\x07c", "abc"),
        ("a\u202ecba\u202c", "acba"),
        ("e\u0301", "é"),
        ('<input type="checkbox" checked> done', "☑ done"),
        ('<input type="checkbox"> open', "☐ open"),
        ('<ul class="o_checklist"><li class="o_checked">y</li><li>n</li></ul>',
         "☑ y ☐ n"),
        ('<img alt="X-ray of the chest" src="http://x.example/1.png">',
         "X-ray of the chest"),
    ],
)  # fmt: skip
def test_what_is_read(source, words):
    assert shown(source) == words


def test_pictures_must_be_handed_in():
    pictures = Pictures(available={"/web/image/1": b"one"})
    source = f'<img src="/web/image/1"><img src="/web/image/2"><img src="{PIXEL}">'
    clean = cleaned(source, pictures=pictures, missing="[none]")
    assert clean.count("<img") == 2 and clean.count("[none]") == 1
    assert pictures.used == {"picture0": b"one", "picture1": b"\x89PNG\r\n\x1a\n"}


@pytest.mark.parametrize("src", [
    "data:image/svg+xml;base64,PHN2Zz4=", "data:text/html;base64,PHN2Zz4=",
    "data:image/png,raw", "file:///etc/passwd", "https://x.example/a.png", "picture0",
    "notos.ttf", "",
])  # fmt: skip
def test_other_pictures_are_not_loaded(src):
    pictures = Pictures(available={"a": b"a"})
    clean = cleaned(f'<img src="a"><img src="{src}">', pictures=pictures, missing="-")
    assert clean.count("<img") == 1 and len(pictures.used) == 1


def test_pictures_have_limits():
    source = "".join(f'<img src="{n}">' for n in range(4))
    handed = {str(n): b"x" * 100 for n in range(4)}
    for limits, code in (
        (Limits(max_images=3), "too_many_images"),
        (Limits(max_total_bytes=399), "too_large"),
        (Limits(max_bytes=99), "too_large"),
    ):
        with pytest.raises(DocumentError) as caught:
            sanitize(source, limits, Pictures(available=handed))
        assert caught.value.code == code
    huge = "data:image/png;base64," + "A" * 3000
    with pytest.raises(DocumentError) as caught:
        sanitize(f'<img src="{huge}">', Limits(max_bytes=1000), Pictures())
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10px", (7.5, "pt")), ("10", (7.5, "pt")), ("10pt", (10, "pt")),
        ("2 em", (22, "pt")), ("50%", (50, "%")), ("1in", (72, "pt")),
        ("0", None), ("0%", None), ("101%", None), ("9999in", None), ("-5px", None),
        ("1e9px", None), ("calc(1px)", None), ("10vw", None), ("", None),
        ("99999999px", None), ("nan", None), (None, None),
    ],
)  # fmt: skip
def test_lengths(value, expected):
    assert parse_length(value) == expected


@given(st.text(alphabet="ab \n", max_size=300), st.integers(5, 40))
def test_soft_breaks_change_nothing_but_the_places_to_break(text, longest):
    broken = soft_breaks(text, longest, 5)
    assert broken.replace("\u200b", "") == text
    assert all(len(piece) <= longest for piece in re.split(r"[\s\u200b]+", broken))


def test_words_get_soft_breaks_by_where_they_stand():
    assert "\u200b" not in cleaned("<p>" + "a" * 500 + "</p>")
    assert "\u200b" in cleaned("<p>" + "a" * 501 + "</p>")
    assert "\u200b" in cleaned("<table><tr><td>" + "a" * 25 + "</td></tr></table>")
    assert "\u200b" not in cleaned(
        "<table><tr><td>Hydrochlorothiazide</td></tr></table>"
    )


@given(st.text(max_size=80))
def test_clean_text_is_stable_and_can_be_encoded(text):
    once = clean_text(text)
    assert clean_text(once) == once
    once.encode()


def test_direction_by_the_first_letter():
    assert is_right_to_left("123 محمد") and is_right_to_left("«דוד")
    assert not is_right_to_left("Ann محمد") and not is_right_to_left("12 %")
    assert 'dir="rtl"' in cleaned("<p>محمد and Ann</p>")
    assert 'dir="rtl"' not in cleaned("<p>Ann and محمد</p>")


def test_a_table_told_as_paragraphs():
    root = sanitize(
        "<table><tr><th>Drug</th><th>Dose</th></tr><tr><td>A</td><td>1</td></tr>"
        "<tr><td><p>B</p></td><td></td></tr></table><ol><li>x<ul><li>y</li></ul></li>"
        "<li>z</li></ol>",
        LIMITS,
    )
    linearise(root)
    words = " ".join(" ".join(root.itertext()).split())
    assert words == "Drug: A Dose: 1 Drug: B 1. x • y 2. z"
    assert not list(root.iter("table", "tr", "td", "ul", "li"))
