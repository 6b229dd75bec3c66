"use strict";
// The images, captions and next words that a run finds for a sentence.

/** A part of a view: its heading, of a level that follows the one around it, and its table to copy. */
function PartHead({ title, level = 3, what, columns, rows }) {
  return html`<header class="part">
    <${`h${level}`} class="part-title">${title}</${`h${level}`}>
    <${CopyTable} what=${what} columns=${columns} rows=${rows} />
  </header>`;
}

/** An image: its picture, or a card with its captions as in Figure 3 of the paper. */
function ImageCard({ rank, place, cosine, mark }) {
  const captions = CONTENT.images[place].map((number) => CONTENT.captions[number]);
  const picture = CONTENT.pictures[place];
  return html`<li class="card ${mark}">
    <div class="card-head">
      <strong>${rank}</strong>${mark === "new" && html`<em>only here</em>`}
      <span class="number" title="cosine">${shown(cosine, 3)}</span>
    </div>
    ${picture
      ? html`<img src=${picture} alt="Image described as: ${captions[0]}" />
          <p dir="auto">${closed(captions[0])}</p>`
      : captions.slice(0, 3).map((text) => html`<p dir="auto">${closed(text)}</p>`)}
  </li>`;
}

/** The nearest images; `others` are places that are not marked as new. */
function Images({ near, others, about, level }) {
  if (near.length === 0) return null;
  const rows = near.map(([place, cosine], i) => [
    i + 1, cosine.toFixed(6), ...CONTENT.images[place].slice(0, 1).map((n) => CONTENT.captions[n]),
  ]);
  return html`<section>
    <${PartHead} title="Nearest images" level=${level} what="images nearest to ${about}"
      columns=${["rank", "cosine", "caption"]} rows=${rows} />
    <ol class="cards">
      ${near.map(([place, cosine], i) => {
        const mark = others && !others.includes(place) ? "new" : "";
        return html`<${ImageCard} key=${place} rank=${i + 1} place=${place} cosine=${cosine} mark=${mark} />`;
      })}
    </ol>
  </section>`;
}

/** The nearest captions; `others` as for images. */
function Captions({ near, others, about, level }) {
  const rows = near.map(([number, cosine], i) => [
    i + 1, cosine.toFixed(6), CONTENT.captions[number],
  ]);
  return html`<section>
    <${PartHead} title="Nearest captions" level=${level} what="captions nearest to ${about}"
      columns=${["rank", "cosine", "caption"]} rows=${rows} />
    <ol class="captions">
      ${near.map(([number, cosine]) => {
        const mark = others && !others.includes(number) ? "new" : "";
        return html`<li key=${number} class=${mark}>
          <span class="number" title="cosine">${shown(cosine, 3)}</span>
          <span dir="auto">${closed(CONTENT.captions[number])}${mark && html` <em>only here</em>`}</span>
        </li>`;
      })}
    </ol>
  </section>`;
}

/** The likeliest next words, the one that came marked; `came` is null at the sentence's end. */
function NextWords({ next, came, about }) {
  if (next.length === 0) return null;
  const most = next[0][1];
  const name = (word) => (word === "END" ? "(end)" : word === "UNK" ? "(a rare word)" : word);
  return html`<section>
    <${PartHead} title="Expected next" what="words expected after ${about}"
      columns=${["word", "probability"]} rows=${next.map(([word, p]) => [word, p.toFixed(6)])} />
    <ol class="next">
      ${next.map(([word, p]) => {
        const here = word === came;
        return html`<li key=${word} class=${here ? "came" : ""}>
          <span>${name(word)}${here && html`<em> came</em>`}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar expected" width=${(100 * p) / most} height="8" rx="1" />
          </svg>
          <span class="number">${shown(100 * p, p < 0.1 ? 1 : 0)} %</span>
        </li>`;
      })}
    </ol>
  </section>`;
}

/** Say what a run has none of. */
function Lacking({ run }) {
  if (run.kind === "TEXTUAL") {
    return html`<p class="soft small">
      TEXTUAL was trained without pictures: it imagines none, and its state after the last word
      stands for the sentence.
    </p>`;
  }
  if (!expects(run)) {
    return html`<p class="soft small">${run.kind} imagines images and expects no words.</p>`;
  }
  return null;
}

const places = (near) => near.map(([place]) => place);

/** Two sentences and what a run finds for each; what only one of them has is marked. */
function Pair({ r, sentences, titles }) {
  const [a, b] = sentences.map((words) => useAnswer("sentence", r, words));
  const alike = useAnswer("alike", r, ...sentences);
  if (!a || !b || !alike) return html`<p class="note" aria-live="polite">Reading …</p>`;
  const columns = [[a, b], [b, a]];
  return html`<${Alike} alike=${alike} />
    <div class="pair">
      ${columns.map(
        ([one, other], i) => html`<section>
          <h3>${titles[i]}</h3>
          <p class="said" dir="auto">${sentences[i].join(" ") || "nothing"}</p>
          <${Images} near=${one.images} others=${places(other.images)} about=${titles[i]} level=${4} />
          <${Captions} near=${one.captions} others=${places(other.captions)} about=${titles[i]} level=${4} />
        </section>`,
      )}
    </div>`;
}

const VECTORS = {
  image: "imagined images",
  hidden_vis: "states of the visual pathway",
  hidden_text: "states of the textual pathway",
};

/** How alike two sentences are to a run. */
function Alike({ alike }) {
  const names = Object.keys(alike);
  return html`<div class="alike">
    ${names.map((name) => html`<p><b>${shown(alike[name], 3)}</b> cosine of the ${VECTORS[name]}</p>`)}
    <${CopyTable} what="similarity" columns=${["vectors", "cosine"]}
      rows=${names.map((name) => [name, alike[name].toFixed(6)])} />
  </div>`;
}
