"use strict";
// The map of a run's words: a dot for each, names where there is room, drawn as SVG.

const MAP_WIDTH = 640;
const MAP_HEIGHT = 480;
const LABEL_WIDTH = 7.2; // of a letter
const LABEL_HEIGHT = 15;
const MOST_LABELS = 70;

/**
 * @param space from the worker: its map is (words, 2), x and y in [-1, 1].
 * @param words the run's words, the most frequent first, without special ones.
 * @param chosen the place of the word that is looked at, or -1; `near` are its neighbours' places.
 */
function WordMap({ space, words, chosen, near, zoom, pick, name }) {
  const { place, visible } = useMemo(
    () => layOut(space.map, words.length, chosen, zoom),
    [space, chosen, zoom],
  );
  const dots = useMemo(() => visible.map((i) => `M${place(i).join(" ")}h0`).join(""), [visible]);
  const special = [chosen, ...near].filter((i) => i >= 0);
  const labels = useMemo(
    () => placeLabels([...special, ...visible], words, place),
    [visible, special.join()],
  );
  const click = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * MAP_WIDTH;
    const y = ((event.clientY - box.top) / box.height) * MAP_HEIGHT;
    const distance = (i) => Math.hypot(place(i)[0] - x, place(i)[1] - y);
    pick(visible.reduce((best, i) => (distance(i) < distance(best) ? i : best), visible[0]));
  };
  const kind = (i) => (i === chosen ? "chosen" : near.includes(i) ? "near" : "");
  return html`<svg class="map" viewBox="0 0 ${MAP_WIDTH} ${MAP_HEIGHT}" role="img" aria-label=${name} onClick=${click}>
    <path class="dots" d=${dots} />
    ${special.map((i) => html`<circle class=${kind(i)} cx=${place(i)[0]} cy=${place(i)[1]} r="4" />`)}
    ${labels.map(({ i, x, y }) => html`<text class=${kind(i)} x=${x} y=${y}>${words[i]}</text>`)}
  </svg>`;
}

/** Where words stand, the chosen one in the middle when zoomed; and which of them are in sight. */
function layOut(map, count, chosen, zoom) {
  const middle = zoom > 1 && chosen >= 0 ? [map[2 * chosen], map[2 * chosen + 1]] : [0, 0];
  const [halfWidth, halfHeight] = [MAP_WIDTH / 2, MAP_HEIGHT / 2];
  const place = (i) => [
    Math.round(10 * (halfWidth + (map[2 * i] - middle[0]) * zoom * (halfWidth - 30))) / 10,
    Math.round(10 * (halfHeight - (map[2 * i + 1] - middle[1]) * zoom * (halfHeight - 20))) / 10,
  ];
  const inSight = (i) => {
    const [x, y] = place(i);
    return x >= 0 && x <= MAP_WIDTH && y >= 0 && y <= MAP_HEIGHT;
  };
  return { place, visible: Array.from({ length: count }, (_, i) => i).filter(inSight) };
}

/** Names of words, in this order of importance, where they cover no other name. */
function placeLabels(order, words, place) {
  const labels = [];
  for (const i of order) {
    if (labels.length === MOST_LABELS) break;
    const width = words[i].length * LABEL_WIDTH;
    const [px, py] = place(i);
    const x = Math.min(px + 6, MAP_WIDTH - width);
    const y = Math.max(py + 4, LABEL_HEIGHT);
    const clear = (other) =>
      x > other.x + other.width + 4 || other.x > x + width + 4 || Math.abs(other.y - y) > LABEL_HEIGHT;
    if (labels.every(clear)) labels.push({ i, x, y, width });
  }
  return labels;
}
