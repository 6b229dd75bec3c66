"use strict";
// Two sentences side by side, with how alike they are to the run.

function SentencesView({ r, words, state }) {
  const second = wordsOf(state.t);
  if (second.length === 0) return html`<p class="note">Type a second sentence above.</p>`;
  return html`<${UnknownWords} r=${r} words=${[...words, ...second]} />
    <${Pair} r=${r} sentences=${[words, second]} titles=${["The first sentence", "The second sentence"]} />
    <${Lacking} run=${RUNS[r]} />`;
}

/** The field of the second sentence. */
function SecondSentence({ state, change }) {
  return html`<label class="field second">
    <span>Second sentence</span>
    <input type="text" dir="auto" value=${state.t} placeholder="another sentence" spellcheck=${false}
      autocomplete="off" onInput=${(event) => change({ t: event.target.value })} />
  </label>`;
}
