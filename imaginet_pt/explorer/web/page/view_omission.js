"use strict";
// Omission: how much each word carries, and what is imagined without some of them.

function OmissionView({ r, words, state, change }) {
  const run = RUNS[r];
  const scores = useSeries("omission", r, words);
  const out = new Set(state.x.filter((place) => place < words.length));
  const rest = words.filter((_, at) => !out.has(at));
  const most = Math.max(...scores, 0.05);
  const toggle = (at) => {
    const x = out.has(at) ? [...out].filter((place) => place !== at) : [...out, at];
    change({ x: x.sort((a, b) => a - b) });
  };
  const what = imagines(run) ? "the imagined image" : "the state";
  const look = (at) => ({
    bars: [{ value: scores[at] ?? null, most, kind: "moved" }],
    state: `${out.has(at) ? "out" : ""} ${wordState(r, words[at])}`,
    label: `leave out ${spoken(r, words[at])}, ${ordinal(at + 1)} word; without only this word, ${what} moves by ${shown(scores[at] ?? null)}`,
  });
  const rows = scores.map((score, at) => [at + 1, words[at], score.toFixed(6)]);
  return html`<p class="actions">
      <span class="soft">Click a word to leave it out.</span>
      ${out.size > 0 &&
      html`<button type="button" onClick=${() => change({ x: [] })}>Put all words back</button>`}
      <${CopyTable} what="how much each word carries" columns=${["position", "word", "omission"]} rows=${rows} />
    </p>
    <${WordRow} name="Words of the sentence, to leave out" words=${words} look=${look} pick=${toggle}
      pressed=${(at) => out.has(at)} />
    <${Legend} items=${[{ kind: "moved", text: `how far ${what} moves without this one word (1 − cosine)` }]} />
    <${UnknownWords} r=${r} words=${words} />
    ${words.length > 1 && scores.length === words.length &&
      html`<p class="story"><${Heaviest} words=${words} scores=${scores} /></p>`}
    <${Pair} r=${r} sentences=${[words, rest]} titles=${["All words", "Without those left out"]} />
    <${Lacking} run=${run} />`;
}

function Heaviest({ words, scores }) {
  const order = scores.map((_, at) => at).sort((a, b) => scores[b] - scores[a]);
  const [first, last] = [order[0], order.at(-1)];
  return html`<b dir="auto">“${words[first]}”</b> carries most (${shown(scores[first])}) and${" "}
    <b dir="auto">“${words[last]}”</b> least (${shown(scores[last])}).`;
}
