"use strict";
// The map of a run's words: a dot for each, names where there is room, drawn as SVG.

// As wide as the page of a telephone, or as half of one on a desk: names keep their size.
const MAP_WIDTH = innerWidth < 600 ? 360 : 640;
const MAP_HEIGHT = innerWidth < 600 ? 400 : 480;
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
    () => placeLabels([...new Set([...special, ...visible])], words, place),
    [visible, special.join()],
  );
  const click = (event) => {
    if (visible.length === 0) return;
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
  const highest = map.reduce((most, value, i) => (i % 2 ? Math.max(most, Math.abs(value)) : most), 0);
  const scale = zoom * Math.min(halfWidth - 30, (halfHeight - 20) / (highest || 1));
  const place = (i) => [
    Math.round(10 * (halfWidth + (map[2 * i] - middle[0]) * scale)) / 10,
    Math.round(10 * (halfHeight - (map[2 * i + 1] - middle[1]) * scale)) / 10,
  ];
  const inSight = (i) => {
    const [x, y] = place(i);
    return x >= 0 && x <= MAP_WIDTH && y >= 0 && y <= MAP_HEIGHT;
  };
  return { place, visible: Array.from({ length: count }, (_, i) => i).filter(inSight) };
}

/** Names of words, in this order of importance, beside their dots where they cover no other name. */
function placeLabels(order, words, place) {
  const labels = [];
  for (const i of order) {
    if (labels.length === MOST_LABELS) break;
    const width = words[i].length * LABEL_WIDTH;
    const free = besides(place(i), width).find((at) => fits(at, width, labels));
    if (free) labels.push({ i, x: free[0], y: free[1], width });
  }
  return labels;
}

/** Where the name of a dot may begin: right of it, left, above, below. */
function besides([x, y], width) {
  return [[x + 6, y + 4], [x - 6 - width, y + 4], [x - width / 2, y - 8], [x - width / 2, y + 17]];
}

function fits([x, y], width, labels) {
  if (x < 0 || x + width > MAP_WIDTH || y < LABEL_HEIGHT || y > MAP_HEIGHT - 4) return false;
  const clear = (other) =>
    x > other.x + other.width + 4 || other.x > x + width + 4 || Math.abs(other.y - y) > LABEL_HEIGHT;
  return labels.every(clear);
}
