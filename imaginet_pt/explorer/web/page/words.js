"use strict";
// A sentence as a row of words, each with bars above it that are drawn as SVG.

const BAR_HEIGHT = 44;
const BAR_WIDTH = 9;

/** The bars of one word: {value, most, kind}, a value of null having none. */
function Bars({ bars }) {
  const width = bars.length * (BAR_WIDTH + 2);
  return html`<svg class="bars" width=${width} height=${BAR_HEIGHT} aria-hidden="true">
    ${bars.map(({ value, most, kind }, i) => {
      const height = value === null ? 0 : Math.min(1, value / (most || 1)) * (BAR_HEIGHT - 1);
      return html`<rect
        class="bar ${kind}"
        x=${i * (BAR_WIDTH + 2) + 1}
        y=${BAR_HEIGHT - Math.max(height, 1)}
        width=${BAR_WIDTH}
        height=${Math.max(height, 1)}
        rx="1.5"
      />`;
    })}
  </svg>`;
}

/**
 * The words of a sentence as buttons.
 *
 * @param words their texts.
 * @param look for each place {bars, label, state}: the bars above, what a screen reader says, and
 *   a class: current, ahead, out, unknown.
 * @param pick is told the place of a word that is clicked.
 * @param pressed whether the button of a place is down, or null where none ever is.
 * @param more attributes of a place's button: what dragging and keys do.
 */
function WordRow({ name, words, look, pick, pressed = () => null, more = () => ({}) }) {
  return html`<ol class="words" aria-label=${name}>
    ${words.map((word, at) => {
      const { bars, label, state } = look(at);
      return html`<li key=${`${at} ${word}`}>
        <button
          type="button"
          class="word ${state}"
          aria-label=${label}
          aria-pressed=${pressed(at) === null ? undefined : String(pressed(at))}
          aria-current=${state.includes("current") ? "step" : undefined}
          onClick=${() => pick(at)}
          ...${more(at)}
        >
          ${bars && html`<${Bars} bars=${bars} />`}
          <span dir="auto">${word}</span>
        </button>
      </li>`;
    })}
  </ol>`;
}

/** What the bars mean: [{kind, text}]. */
function Legend({ items }) {
  return html`<p class="legend">
    ${items.map(({ kind, text }) => html`<span><i class="swatch ${kind}"></i>${text}</span>`)}
  </p>`;
}

/** Whether a run knows a word; LINREG reads no word of one letter. */
function wordState(r, word) {
  const parts = RUNS[r].unit === "bag" ? countedParts(word) : [word];
  if (parts.length === 0) return "unread";
  return parts.every((part) => vocabularies[r].has(part)) ? "" : "unknown";
}

const STATES = { "": "", unread: ", not read by this run", unknown: ", not in the vocabulary" };

/** A word as it is heard, with what the run does not know of it. */
function spoken(r, word) {
  return word + STATES[wordState(r, word)];
}

/** Say which words a run does not know or does not read. */
function UnknownWords({ r, words }) {
  const of = (state) => [...new Set(words.filter((word) => wordState(r, word) === state))];
  const [unknown, unread] = [of("unknown"), of("unread")];
  const list = (some) => some.slice(0, 10).map((word) => `“${word}”`).join(", ");
  return html`${unknown.length > 0 &&
    html`<p class="note">Not in the vocabulary of ${RUNS[r].name}, and so all read alike: ${list(unknown)}${
      unknown.length > 10 ? " …" : ""
    }</p>`}
  ${unread.length > 0 &&
    html`<p class="soft small">LINREG counts no word of one letter and no mark: ${list(unread)}</p>`}`;
}
