"use strict";
// Words: the map of the vocabulary, a search, and the words nearest to one in each space.

const SPECIAL_WORDS = 3; // PAD, END, UNK come first in a vocabulary
const MOST_MATCHES = 8;
const ZOOMS = [1, 2, 4, 8, 16];
const SPACES = {
  embedding: "in what the words are to the network (embeddings)",
  visual: "in the image that each alone makes it imagine",
};

function WordsView({ r, words, state, change }) {
  const run = RUNS[r];
  const vocabulary = useMemo(() => run.vocabulary.slice(SPECIAL_WORDS), [r]);
  const shownSpace = state.m in run.spaces ? state.m : "embedding";
  const space = useAnswer("space", r, shownSpace);
  const chosen = (vocabularies[r].get(state.w) ?? 0) - SPECIAL_WORDS;
  const near = space && chosen >= 0 ? neighbours(space, chosen).map(({ place }) => place) : [];
  const select = (word) => change({ w: word });
  return html`<div class="found">
    <div>
      <${MapControls} run=${run} state=${state} change=${change} space=${shownSpace} />
      ${space && html`<${WordMap} space=${space} words=${vocabulary} chosen=${chosen} near=${near}
        zoom=${state.z} pick=${(place) => select(vocabulary[place])}
        name="Map of ${vocabulary.length} words of ${run.name}; search and lists say the same in words" />`}
      <p class="soft small">
        The two directions in which the words differ most (principal components), of many: dots that
        are near may be far apart in others. The lists count all directions.
      </p>
    </div>
    <div>
      <${SentenceWords} r=${r} words=${words} select=${select} chosen=${state.w} />
      ${state.w !== "" && chosen < 0 && html`<p class="note">${run.name} does not know “${state.w}”.</p>`}
      ${chosen >= 0 && Object.keys(run.spaces).map((name) => html`<${NearestWords} key=${name} r=${r}
        name=${name} word=${state.w} chosen=${chosen} vocabulary=${vocabulary} select=${select} />`)}
    </div>
  </div>`;
}

/** The nearest words of one: [{place, cosine}], places without the special words. */
function neighbours({ k, nearest, cosines }, chosen) {
  return Array.from({ length: k }, (_, i) => ({
    place: nearest[chosen * k + i] - SPECIAL_WORDS,
    cosine: cosines[chosen * k + i],
  }));
}

function NearestWords({ r, name, word, chosen, vocabulary, select }) {
  const space = useAnswer("space", r, name);
  if (!space) return null;
  const near = neighbours(space, chosen);
  const rows = near.map(({ place, cosine }, i) => [i + 1, vocabulary[place], cosine.toFixed(6)]);
  return html`<section>
    <${PartHead} title="Nearest to “${word}” ${SPACES[name]}" what="words nearest to ${word}, ${name}"
      columns=${["rank", "word", "cosine"]} rows=${rows} />
    <ol class="wordlist">
      ${near.map(({ place, cosine }) => html`<li key=${place}>
        <button type="button" class="link" onClick=${() => select(vocabulary[place])}>${vocabulary[place]}</button>
        <span class="number">${shown(cosine, 3)}</span>
      </li>`)}
    </ol>
  </section>`;
}

/** The words of the sentence, each a way to its place among all words. */
function SentenceWords({ r, words, select, chosen }) {
  const distinct = [...new Set(words)].filter((word) => wordState(r, word) === "");
  if (distinct.length === 0) return null;
  return html`<p class="from-sentence">
    <span class="soft">From your sentence:</span>
    ${distinct.map((word) => html`<button type="button" class="link" key=${word} dir="auto"
      aria-pressed=${String(word === chosen)} onClick=${() => select(word)}>${word}</button>`)}
  </p>`;
}

function MapControls({ run, state, change, space }) {
  const zoom = ZOOMS.indexOf(state.z) < 0 ? 0 : ZOOMS.indexOf(state.z);
  return html`<p class="actions">
    ${Object.keys(run.spaces).length > 1 &&
    html`<label>Space <select value=${space} onChange=${(event) => change({ m: event.target.value })}>
      <option value="embedding">embeddings</option>
      <option value="visual">imagined images</option>
    </select></label>`}
    <span class="zoom">
      <button type="button" aria-label="Zoom out" disabled=${zoom === 0} onClick=${() => change({ z: ZOOMS[zoom - 1] })}>−</button>
      <button type="button" aria-label="Zoom in" disabled=${zoom === ZOOMS.length - 1} onClick=${() => change({ z: ZOOMS[zoom + 1] })}>+</button>
    </span>
  </p>`;
}

/** The search among the words of the first run, which the address's word follows. */
function WordSearch({ r, state, change }) {
  const [typed, setTyped] = useState(state.w);
  useEffect(() => setTyped(state.w), [state.w]);
  const text = typed.trim().toLowerCase();
  const known = RUNS[r].vocabulary.slice(SPECIAL_WORDS);
  const begins = text === "" || text === state.w ? [] : known.filter((word) => word.startsWith(text));
  const matches = begins.slice(0, MOST_MATCHES);
  const nothing = text !== "" && text !== state.w && matches.length === 0;
  return html`<form class="field search" role="search" onSubmit=${(event) => {
      event.preventDefault();
      change({ w: known.includes(text) ? text : (matches[0] ?? text) });
    }}>
    <label>
      <span>Find a word</span>
      <input type="search" dir="auto" value=${typed} placeholder="the beginning of a word"
        spellcheck=${false} autocomplete="off" onInput=${(event) => setTyped(event.target.value)} />
    </label>
    <p class="matches" aria-live="polite">
      ${matches.map((word) => html`<button type="button" class="link" key=${word} onClick=${() => change({ w: word })}>${word}</button>`)}
      ${nothing && html`<span class="soft">no word of ${RUNS[r].name} begins like this</span>`}
    </p>
  </form>`;
}
