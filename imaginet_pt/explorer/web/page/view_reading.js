"use strict";
// Word by word: what is imagined after each word, how far it moved, what was expected.

const MOST_BITS = 16; // a word as surprising as this, or more, fills its bar

function ReadingView({ r, words, state, change }) {
  const run = RUNS[r];
  const series = useSeries("word", r, words);
  const read = state.n < 0 ? words.length : Math.min(state.n, words.length);
  const found = useAnswer("sentence", r, words.slice(0, read));
  const most = Math.max(...series.map(({ moved }) => moved), 0.05);
  const look = (at) => {
    const { moved = null, bits = null } = series[at] ?? {};
    const bars = [{ value: moved, most, kind: "moved" }];
    if (expects(run)) bars.push({ value: bits, most: MOST_BITS, kind: "surprise" });
    const place = at + 1 === read ? "current" : at >= read ? "ahead" : "";
    const told = bits === null ? "" : `, ${shown(bits, 1)} bits`;
    return {
      bars,
      state: `${place} ${wordState(r, words[at])}`,
      label: `${spoken(r, words[at])}, ${ordinal(at + 1)} of ${words.length} words, moved ${shown(moved)}${told}`,
    };
  };
  return html`<div class="line">
      <${WordRow} name="Words of the sentence, as read by ${run.name}" words=${words} look=${look}
        pick=${(at) => change({ n: at + 1 })} />
      <${Scrubber} words=${words} read=${read} change=${change} name=${run.name} />
    </div>
    <${ReadingLegend} run=${run} />
    <${UnknownWords} r=${r} words=${words} />
    <${WordStory} r=${r} words=${words} read=${read} at=${series[read - 1]} found=${found}
      state=${state} series=${series} />
    ${found &&
    html`<div class="found">
      <${Images} near=${found.images} about="the words so far" />
      <div>
        <${Captions} near=${found.captions} about="the words so far" />
        <${NextWords} next=${found.next} came=${cameNext(r, words, read)} about="the words so far" />
      </div>
    </div>`}
    <${Lacking} run=${run} />`;
}

/** The word that came after `read` words, as the run reads it. */
function cameNext(r, words, read) {
  if (read === words.length) return "END";
  return vocabularies[r].has(words[read]) ? words[read] : "UNK";
}

function Scrubber({ words, read, change, name }) {
  return html`<input class="scrubber" type="range" min="1" max=${words.length} value=${read}
    aria-label="Words that ${name} has read"
    aria-valuetext="${read} of ${words.length}: up to ${words[read - 1]}"
    onInput=${(event) => change({ n: event.target.valueAsNumber })} />`;
}

function ReadingLegend({ run }) {
  const what = imagines(run) ? "the imagined image" : "the state";
  const items = [{ kind: "moved", text: `how far ${what} moved (1 − cosine)` }];
  if (expects(run)) items.push({ kind: "surprise", text: `how surprising the word was (${MOST_BITS} bits fill the bar)` });
  return html`<${Legend} items=${items} />`;
}

/** One sentence about the word that was just read, and a link to it among the words. */
function WordStory({ r, words, read, at, found, state, series }) {
  const word = words[read - 1];
  const columns = ["position", "word", "known", "moved", "bits"];
  const rows = series.map(({ known, moved, bits }, i) => [
    i + 1, words[i], known, moved.toFixed(6), bits === null ? "" : bits.toFixed(4),
  ]);
  const link = writeAddress({ ...state, v: "words", w: word });
  return html`<div class="story">
    <p aria-live="polite">
      After <b dir="auto">“${word}”</b>, the ${ordinal(read)} of ${words.length} words:
      ${at && ` moved by ${shown(at.moved)}`}${at && at.bits !== null && `, ${surprise(at.bits)}`}.
      ${found && found.endBits !== null && read === words.length &&
        ` That the sentence ends here carries ${shown(found.endBits, 1)} bits.`}
    </p>
    <p class="actions">
      <a href=${link}>“${word}” among the words</a>
      <${CopyTable} what="all words of the sentence" columns=${columns} rows=${rows} />
    </p>
  </div>`;
}

/** Bits in words: the chance that the network gave the word before it came. */
function surprise(bits) {
  const percent = 100 * 2 ** -bits;
  const chance = percent >= 1 ? `${percent.toFixed(0)} %` : percent >= 0.01 ? `${percent.toFixed(2)} %` : "less than 0.01 %";
  return `expected with ${chance} (${shown(bits, 1)} bits)`;
}
