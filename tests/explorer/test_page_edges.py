"""The page of `imaginet explore` where one is fast, slow, or has little to look at."""

import re

from explorer_page import SENTENCE, at, until

SET_WHEN_FIRST_DRAWN = """
new MutationObserver((changes, observer) => {
  if (!document.querySelector("main")) return;
  observer.disconnect();
  location.hash = "ADDRESS";
}).observe(document, { childList: true, subtree: true });
"""


def test_an_address_given_while_the_page_begins_is_followed(opened):
    page = opened().page
    page.context.add_init_script(SET_WHEN_FIRST_DRAWN.replace("ADDRESS", at("reading")))
    page.reload()
    until(page, "document.querySelectorAll('.word').length === 5")
    assert page.get_by_label("Sentence", exact=True).input_value() == SENTENCE


def test_a_click_on_an_empty_map_chooses_nothing(opened):
    picked = opened(at("words")).page.evaluate(
        """() => {
            const picked = [], root = document.createElement("div");
            document.body.append(root);
            render(html`<${WordMap} space=${{ map: new Float32Array([1, 1, -1, -1]) }}
                words=${["a", "b"]} chosen=${-1} near=${[]} zoom=${16}
                pick=${(place) => picked.push(place)} name="map" />`, root);
            root.firstChild.dispatchEvent(new MouseEvent("click"));
            return picked;
        }"""
    )
    assert picked == []


def test_a_word_moved_past_its_equal_does_not_take_the_focus_later(opened):
    seen = opened(at("order", "dog a a cat"))
    seen.page.locator("button.word").nth(1).focus()
    seen.page.keyboard.press("ArrowRight")
    seen.page.get_by_label("Sentence", exact=True).fill("dog")
    until(seen.page, "document.querySelectorAll('button.word').length === 1")
    seen.page.wait_for_timeout(100)
    assert seen.page.evaluate("document.activeElement.tagName") == "INPUT" and seen.errors == []


def test_the_browsers_own_keys_move_no_word(opened):
    page = opened(at("order")).page
    page.locator("button.word").nth(1).focus()
    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_timeout(100)
    assert page.locator(".word.changed").count() == 0


def test_what_is_typed_is_not_sent_to_a_spell_checker(opened):
    page = opened(at("sentences")).page
    for label in ("Sentence", "Second sentence"):
        assert page.get_by_label(label, exact=True).get_attribute("spellcheck") == "false"


STOP_THE_WORKER = "() => { ask = () => new Promise(() => {}); }"


def test_scores_of_other_words_are_not_shown(opened):
    page = opened(at("omission")).page
    page.get_by_text("carries most").wait_for()
    page.evaluate(STOP_THE_WORKER)
    page.get_by_label("Sentence", exact=True).fill("a cat sees a dog")
    until(page, "document.querySelectorAll('.word')[1].innerText === 'cat'")
    assert page.get_by_text("carries most").count() == 0


def test_words_before_an_edit_keep_their_bars(opened):
    page = opened(at("reading")).page
    page.get_by_role("button", name=re.compile("^cat, 5th of 5 words, moved [0-9]")).wait_for()
    page.evaluate(STOP_THE_WORKER)
    page.get_by_label("Sentence", exact=True).fill("a dog likes a cat")
    page.get_by_role("button", name=re.compile("^likes")).wait_for()
    moved = [re.search("moved ([0-9]?)", text) for text in labels(page)]
    assert [bool(match.group(1)) for match in moved] == [True, True, False, False, False]


def labels(page):
    return [word.get_attribute("aria-label") for word in page.locator("button.word").all()]


def test_an_unknown_word_is_heard_as_such(opened):
    page = opened(at("reading", "a zebra")).page
    page.get_by_role("button", name=re.compile("^zebra, not in the vocabulary, 2nd")).wait_for()
    textual = opened(at("omission", "a zebra", r=3)).page
    name = "^leave out zebra, not in the vocabulary, 2nd word; without only this word, the state"
    textual.get_by_role("button", name=re.compile(name)).wait_for()


def test_linregs_note_on_order_stands_with_orders_alone(opened):
    page = opened(at("omission", r=4)).page
    page.wait_for_selector(".alike")
    assert page.get_by_text("any order of them").count() == 0


def test_a_browser_that_refuses_to_copy_is_told_of(opened):
    page = opened(at("reading")).page
    page.evaluate(
        """() => {
            Object.defineProperty(navigator, "clipboard", { value: undefined });
            document.execCommand = () => false;
        }"""
    )
    page.get_by_role("button", name="Copy all words of the sentence as CSV").click()
    page.get_by_text("The browser refuses to copy").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_readings_that_are_kept_fit_into_memory(opened):
    page = opened().page
    sizes = [{}, {"visual.dense.b": 4096, "textual.dense.b": 9997}, {"visual.dense.b": 10**6}]
    kept = page.evaluate(
        """(sizes) => new Promise((done) => {
            const text = document.getElementById("worker").textContent + `
                ;postMessage(${JSON.stringify(sizes)}.map((each) => mostKept(Object.fromEntries(
                    Object.entries(each).map(([name, length]) => [name, { length }])))))`;
            const started = new Worker(URL.createObjectURL(new Blob([text])));
            started.onmessage = ({ data }) => done(data);
            started.onerror = ({ message }) => done(message);
        })""",
        sizes,
    )
    assert kept == [1500, 64_000_000 // (8 * (4096 + 9997)), 501]


def test_a_byte_order_mark_in_a_word_is_nothing(opened):
    assert opened().page.evaluate("wordsOf('ca\ufefft')") == ["cat"]
