"use strict";
// A short tour for those who come from the paper, with its own sentences.

const order = ({ original, scrambled }) => ({ s: original, o: scrambled.toLowerCase(), v: "order" });

const TOUR = [
  {
    title: "A sentence grows",
    state: { s: TABLE3[0].original, v: "reading", n: 4 },
    text: `This is the first caption of the paper's Table 3. Move the slider: with each word the
      imagined image moves. UNK stood for a word that the paper's network did not know; this one
      reads it as a word it does not know either.`,
  },
  {
    title: "The same words, scrambled",
    state: order(TABLE3[0]),
    text: `Table 3 sets the caption beside its own words in random order, in the very order of the
      paper. “Only here” marks what one order finds and the other does not. LINREG, which counts
      words, cannot tell the two apart.`,
  },
  {
    title: "A baby, a phone",
    state: order(TABLE3[1]),
    text: `The second caption of Table 3. In the paper, MULTITASK found babies for the caption and
      phones for its scrambled words: what comes first counts as the topic.`,
  },
  {
    title: "Kitchen utensils, or a kitchen",
    state: order(FIGURE3),
    text: `Figure 3. In order, “kitchen” only says what kind of utensils hang there; scrambled, it
      comes first, and the paper's network imagined a kitchen.`,
  },
  {
    title: "What each word carries",
    state: { s: TABLE3[1].original, v: "omission", x: [] },
    text: `How far does the image move without a word? Nouns mostly carry more than articles. Click
      a word to leave it out. (Not in the paper of 2015; the measure is that of Kádár, Chrupała and
      Alishahi, 2017.)`,
  },
  {
    title: "Words",
    state: { s: TABLE3[1].original, v: "words", w: "baby" },
    text: `Section 4.1 compares words by their embeddings. Here are those nearest to “baby”, by
      embedding and by the image that a word alone brings up.`,
  },
];

/** The tour's present step; step 0 of the state is no tour. */
function Tour({ state, change }) {
  const step = Math.min(state.g, TOUR.length);
  if (step === 0) return null;
  const { title, text } = TOUR[step - 1];
  const go = (to) => change(to === 0 ? { g: 0 } : tourState(to));
  return html`<aside class="tour" aria-label="Tour">
    <p class="soft small">${step} of ${TOUR.length}</p>
    <h2>${title}</h2>
    <p>${text}</p>
    <p class="actions">
      ${step > 1 && html`<button type="button" onClick=${() => go(step - 1)}>Back</button>`}
      ${step < TOUR.length && html`<button type="button" class="main" onClick=${() => go(step + 1)}>Next</button>`}
      <button type="button" class="quiet" onClick=${() => go(0)}>End the tour</button>
    </p>
  </aside>`;
}

/** What the address changes to at a step of the tour. */
function tourState(step) {
  return { n: -1, ...TOUR[step - 1].state, g: step };
}
