"use strict";
// The page: a sentence, runs, views.

const VIEW_TABLE = {
  reading: { name: "Word by word", view: ReadingView },
  order: { name: "Order", view: OrderView },
  omission: { name: "Omission", view: OmissionView },
  sentences: { name: "Two sentences", view: SentencesView },
  words: { name: "Words", view: WordsView },
};

function App() {
  const [state, change] = useAddress();
  const words = wordsOf(state.s);
  const runs = state.b >= 0 && state.b !== state.r ? [state.r, state.b] : [state.r];
  const { view: View } = VIEW_TABLE[state.v];
  const empty = words.length === 0 && state.v !== "words";
  return html`<${Header} change=${change} />
    <${Tour} state=${state} change=${change} />
    <main>
      <${SentenceField} state=${state} change=${change} words=${words} />
      <${Views} state=${state} change=${change} />
      ${RUNS.length > 1 && html`<${RunChoice} state=${state} change=${change} />`}
      ${state.v === "sentences" && html`<${SecondSentence} state=${state} change=${change} />`}
      ${state.v === "words" && html`<${WordSearch} r=${state.r} state=${state} change=${change} />`}
      ${state.v === "order" && !empty &&
      html`<${Reorder} words=${otherOrder(words, state.o)} original=${words} change=${change} />`}
      ${empty
        ? html`<${Suggestions} change=${change} />`
        : html`<div class="runs runs-${runs.length}">
            ${runs.map((r) => html`<section class="run" key=${`${r} ${state.v}`} aria-labelledby="run-${r}">
              <h2 id="run-${r}">${RUNS[r].name} <small>${RUNS[r].kind}, ${RUNS[r].about}</small></h2>
              <${View} r=${r} words=${words} state=${state} change=${change} />
            </section>`)}
          </div>`}
    </main>
    <${Footer} />`;
}

function Header({ change }) {
  return html`<header class="top">
    <div>
      <h1>${document.title}</h1>
      <p class="soft">
        Type a sentence, and watch what a network that learned language from pictures imagines.
        ${CONTENT.data.synthetic &&
        html` <strong>The data are synthetic</strong>: scenes made by a grammar, not photographs.`}
      </p>
    </div>
    <button type="button" onClick=${() => change(tourState(1))}>Tour for readers of the paper</button>
  </header>`;
}

function SentenceField({ state, change, words }) {
  const type = (event) => change({ s: event.target.value, n: -1, o: "", x: [] });
  const tooMany = wordsOf(state.s).length === MOST_WORDS && tokenize(state.s).length > MOST_WORDS;
  return html`<label class="field first">
      <span>Sentence</span>
      <input type="text" dir="auto" value=${state.s} placeholder="a dog runs on the beach"
        spellcheck=${false} autocomplete="off" onInput=${type} />
    </label>
    ${tooMany && html`<p class="note">Only the first ${MOST_WORDS} words are read.</p>`}`;
}

function Views({ state, change }) {
  return html`<nav aria-label="Views">
    ${VIEWS.map((view) => html`<button type="button" key=${view}
      aria-current=${view === state.v ? "page" : undefined} onClick=${() => change({ v: view })}>
      ${VIEW_TABLE[view].name}
    </button>`)}
  </nav>`;
}

function RunChoice({ state, change }) {
  const choose = (name) => (event) => change({ [name]: Number(event.target.value) });
  const options = RUNS.map((run, r) => html`<option value=${r}>${run.name}</option>`);
  return html`<p class="actions choice">
    <label>Run <select value=${state.r} onChange=${choose("r")}>${options}</select></label>
    <label>beside it <select value=${state.b} onChange=${choose("b")}>
      <option value=${-1}>none</option>${options}
    </select></label>
  </p>`;
}

/** What to begin with where nothing is typed: captions of the data. */
function Suggestions({ change }) {
  const some = CONTENT.captions.slice(0, 5);
  return html`<div class="suggestions">
    <p>Nothing is read yet. Type a sentence above, or take a caption of the data:</p>
    <ul>${some.map((text) => html`<li><button type="button" class="link" dir="auto" onClick=${() => change({ s: text })}>${text}</button></li>`)}</ul>
  </div>`;
}

function Footer() {
  const { name, split } = CONTENT.data;
  return html`<footer class="soft">
    <p>
      Images and captions are ${CONTENT.images.length.toLocaleString("en")} and${" "}
      ${CONTENT.captions.length.toLocaleString("en")} of ${name}, split ${split}. The network runs in
      this page; nothing is sent anywhere. The address holds all that you see: copy it to cite a view.
      Made by imaginet_pt, after Chrupała, Kádár and Alishahi, <cite>Learning language through
      pictures</cite> (ACL 2015).
    </p>
  </footer>`;
}

/** Begin when the network is unpacked. */
async function begin() {
  const root = document.getElementById("page");
  try {
    await ask("unpack", CONTENT, document.getElementById("arrays").textContent);
  } catch (error) {
    root.textContent = `The network could not be unpacked: ${error.message}. A browser of 2023 or later can.`;
    return;
  }
  root.replaceChildren();
  render(html`<${App} />`, root);
}

const ready = begin();
