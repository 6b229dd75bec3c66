"""The page of `imaginet explore` in a browser: what one types, clicks and hears there."""

import re

import pytest
from browser import axe_violations, overflow
from explorer_page import SENTENCE, VIEWS, at, until

FIRST = "A "  # the data's first caption begins like this


def others(seen):
    """Requests beside the worker's own text, which is in the page."""
    return [address for address in seen.requests if not address.startswith("blob:")]


def cards(page):
    return page.locator(".card").all_inner_texts()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_fits_and_is_accessible(view, width, dark, opened):
    more = {"t": "a man likes a boat", "w": "dog", "b": 4, "g": 1, "x": "1"}
    seen = opened(at(view, **more), width=width, dark=dark)
    seen.page.wait_for_selector(f"nav button[aria-current=page] >> text={VIEWS[view]}")
    assert axe_violations(seen.page) == [] and overflow(seen.page) == 0
    assert seen.errors == [] and others(seen) == []


def test_it_begins_with_a_caption_and_follows_what_is_typed(opened):
    seen = opened()
    field = seen.page.get_by_label("Sentence", exact=True)
    assert field.input_value().startswith(FIRST)
    field.fill("a dog")
    until(seen.page, "document.querySelectorAll('.word').length === 2")
    before = cards(seen.page)
    field.press_sequentially(" sees a zebra")
    until(seen.page, "document.querySelectorAll('.word').length === 5")
    seen.page.get_by_text("Not in the vocabulary").wait_for()
    assert "“zebra”" in seen.page.locator(".note").inner_text()
    until(seen.page, "text => document.querySelector('.card').innerText !== text", before[0])
    until(seen.page, "location.hash.includes('s=a+dog+sees+a+zebra')")


def test_one_goes_back_and_forth_by_keys(opened):
    page = opened(at("reading")).page
    slider = page.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext") == "5 of 5: up to cat"
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.get_by_text("After “sees”, the 3rd of 5 words").wait_for()
    assert page.locator(".word[aria-current=step]").inner_text() == "sees"
    assert page.locator(".next .came").count() <= 1
    page.get_by_role("button", name=re.compile("^dog, 2nd of 5 words, moved .* bits$")).click()
    page.get_by_text("After “dog”, the 2nd of 5 words").wait_for()
    page.get_by_role("link", name="“dog” among the words").click()
    page.get_by_role("heading", name="Nearest to “dog” in what the words are").wait_for()


def test_the_order_is_changed_by_keys_by_dragging_and_by_chance(opened):
    page = opened(at("order")).page
    row = page.get_by_role("list", name="Words in another order")
    row.get_by_role("button").nth(1).focus()
    page.keyboard.press("ArrowRight")
    until(page, "location.hash.includes('o=a+sees+dog+a+cat')")
    assert page.evaluate("document.activeElement.innerText") == "dog"
    row.get_by_role("button").nth(4).drag_to(row.get_by_role("button").nth(0))
    until(page, "location.hash.includes('o=cat+a+sees+dog+a')")
    assert page.locator(".said").all_inner_texts() == [SENTENCE, "cat a sees dog a"]
    assert page.locator(".word.changed").count() == 4
    page.get_by_role("button", name="Back to the order as typed").click()
    until(page, "document.querySelectorAll('.word.changed').length === 0")
    page.evaluate("Math.random = () => 0")
    page.get_by_role("button", name="Scramble").click()
    until(page, "document.querySelectorAll('.said')[1].innerText === 'dog sees a cat a'")


def test_what_only_one_order_finds_is_marked(opened):
    page = opened(at("order", o="cat a sees dog a")).page
    page.wait_for_selector(".pair")
    first, second = (
        column.locator(".captions > li > :last-child").all_inner_texts()
        for column in page.locator(".pair > section").all()
    )
    plain = [{text.removesuffix(" only here") for text in texts} for texts in (first, second)]
    assert plain[0] != plain[1]
    for text in first + second:
        both = text.removesuffix(" only here") in plain[0] & plain[1]
        assert text.endswith(" only here") != both


def test_linreg_cannot_care_about_order(opened):
    page = opened(at("order", o="cat a sees dog a", r=4)).page
    page.get_by_text("any order of them is the same").wait_for()
    assert page.locator("em").count() == 0


def test_words_are_left_out_by_clicks(opened):
    page = opened(at("omission")).page
    page.get_by_text("carries most").wait_for()
    page.get_by_role("button", name=re.compile("^leave out dog, 2nd word")).click()
    until(page, "document.querySelectorAll('.said')[1].innerText === 'a sees a cat'")
    until(page, "location.hash.includes('x=1')")
    assert page.locator(".word[aria-pressed=true]").inner_text() == "dog"
    page.get_by_role("button", name="Put all words back").click()
    until(page, "document.querySelectorAll('.said')[1].innerText === 'a dog sees a cat'")


def test_two_sentences_and_two_runs(opened):
    page = opened(at("sentences", b=3)).page
    page.get_by_label("Second sentence").fill("a man likes a boat")
    page.wait_for_selector(".pair")
    sections = page.locator("section.run")
    assert sections.count() == 2
    texts = [sections.nth(i).locator(".alike").inner_text() for i in range(2)]
    assert "imagined images" in texts[0] and "imagined images" not in texts[1]
    assert "TEXTUAL was trained without pictures" in sections.nth(1).inner_text()
    assert sections.nth(1).locator(".card").count() == 0 < sections.nth(0).locator(".card").count()


def test_words_are_searched_and_followed(opened):
    page = opened(at("words")).page
    page.get_by_role("searchbox", name="Find a word").fill("bo")
    page.locator(".matches").get_by_role("button", name="boat").click()
    page.get_by_role("heading", name="Nearest to “boat” in the image").wait_for()
    until(page, "location.hash.includes('w=boat')")
    page.locator(".wordlist button").first.click()
    until(page, "!location.hash.includes('w=boat')")
    page.get_by_label("Space").select_option("visual")
    page.get_by_role("button", name="Zoom in").click()
    until(page, "location.hash.includes('m=visual') && location.hash.includes('z=2')")
    page.locator(".map").click(position={"x": 300, "y": 200})


def test_a_state_is_in_the_address(opened):
    """A second page at the same address shows the same."""
    first = opened(at("reading", n=3)).page
    first.get_by_text("After “sees”").wait_for()
    again = opened(first.evaluate("location.hash")).page
    again.get_by_text("After “sees”").wait_for()
    assert cards(again) == cards(first)


def test_the_tour_goes_through_the_papers_sentences(opened):
    page = opened().page
    page.get_by_role("button", name="Tour for readers").click()
    titles = []
    for _ in range(6):
        titles.append(page.locator(".tour h2").inner_text())
        following = page.get_by_role("button", name="Next", exact=True)
        if following.count():
            following.click()
            until(page, "t => document.querySelector('.tour h2').innerText !== t", titles[-1])
    assert len(set(titles)) == 6
    page.get_by_role("button", name="End the tour").click()
    assert page.locator(".tour").count() == 0


def test_the_tours_orders_are_orders_of_its_sentences(opened):
    """Of the same words, as the paper prints them."""
    pairs = opened().page.evaluate("[...TABLE3, FIGURE3].map(p => [p.original, p.scrambled])")
    assert len(pairs) == 3
    for original, scrambled in pairs:
        assert sorted(original.split()) == sorted(scrambled.split()) and original != scrambled


def test_a_table_is_copied_as_csv(opened):
    page = opened(at("reading")).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    until(page, "document.querySelectorAll('rect.moved').length === 5")
    page.get_by_role("button", name="Copy all words of the sentence as CSV").click()
    page.get_by_text("Copied", exact=True).wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0] == "position,word,known,moved,bits" and len(lines) == 6
    assert page.evaluate("csv(['a'], [['say \"x\", y']])") == 'a\n"say ""x"", y"\n'


def test_five_hundred_words_are_read_without_a_freeze(opened):
    seen = opened(at("reading", "a dog sees a cat and " * 100))
    seen.page.get_by_text("Only the first 500 words are read.").wait_for()
    seen.page.get_by_text("the 500th of 500 words").wait_for()
    seen.page.get_by_label("Sentence", exact=True).fill("a dog")
    seen.page.get_by_text("the 2nd of 2 words").wait_for()
    assert overflow(seen.page) == 0 and seen.errors == []
