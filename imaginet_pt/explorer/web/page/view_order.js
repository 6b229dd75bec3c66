"use strict";
// Order: the sentence beside its own words in another order, which one drags or draws.

function OrderView({ r, words, state }) {
  const other = otherOrder(words, state.o);
  const titles = ["As typed", "In another order"];
  return html`<${UnknownWords} r=${r} words=${words} />
    ${RUNS[r].kind === "LINREG" &&
    html`<p class="note">To LINREG, which counts words, any order of them is the same.</p>`}
    <${Pair} r=${r} sentences=${[words, other]} titles=${titles} />
    <${Lacking} run=${RUNS[r]} />`;
}

/** The other order in the address, where it is one of these words; else the order as typed. */
function otherOrder(words, text) {
  const other = text === "" ? words : wordsOf(text);
  const sorted = (list) => [...list].sort().join(" ");
  return sorted(other) === sorted(words) ? other : words;
}

/** `list` with the element at `from` moved to `to`. */
function movedWithin(list, from, to) {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), list[from], ...rest.slice(to)];
}

/** `list` in random order (Fisher and Yates). */
function shuffled(list) {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** The words to drag, or to move by the arrow keys. */
function Reorder({ words, original, change }) {
  const row = useRef(null);
  const follow = useRef(-1); // the place that gets the focus after a key has moved a word
  const dragged = useRef(-1);
  const set = (list) => change({ o: list.join(" ") });
  useEffect(() => {
    if (follow.current >= 0) row.current.querySelectorAll("button.word")[follow.current].focus();
    follow.current = -1;
  });
  const move = (from, to) => {
    if (from < 0 || to < 0 || to >= words.length || from === to) return false;
    set(movedWithin(words, from, to));
    return true;
  };
  const more = (at) => ({
    draggable: true,
    onDragStart: (event) => {
      dragged.current = at;
      event.dataTransfer.setData("text/plain", words[at]);
    },
    onDragOver: (event) => event.preventDefault(),
    onDrop: (event) => {
      event.preventDefault();
      move(dragged.current, at);
    },
    onKeyDown: (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own, as "back"
      const to = at + ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? NaN);
      if (Number.isNaN(to)) return;
      event.preventDefault();
      if (move(at, to)) follow.current = to;
    },
  });
  const look = (at) => ({
    state: `movable ${words[at] === original[at] ? "" : "changed"}`,
    label: `${words[at]}, now ${ordinal(at + 1)}; the left and right arrow keys move it`,
  });
  return html`<div class="reorder" ref=${row}>
    <p class="actions">
      <button type="button" onClick=${() => set(shuffled(original))}>Scramble</button>
      <button type="button" onClick=${() => change({ o: "" })}>Back to the order as typed</button>
      <span class="soft">or drag a word; or move it by the arrow keys</span>
    </p>
    <${WordRow} name="Words in another order" words=${words} look=${look} pick=${() => {}} more=${more} />
  </div>`;
}
