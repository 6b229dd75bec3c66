"use strict";
// Answers the page's questions about its runs: {id, question, parameters} -> {id, answer | error}.

const NEAR = 6; // images and captions that are found
const EXPECTED = 8; // next words that are named

/** Rows, each with a scale: vectors to search among. */
class Table {
  constructor(values, scales) {
    this.values = values;
    this.size = values.length / scales.length;
    this.lengths = Float64Array.from(scales, (_, row) => this.length(row));
  }

  length(row) {
    const own = this.values.subarray(row * this.size, (row + 1) * this.size);
    return Math.sqrt(this.product(row, Float64Array.from(own)));
  }

  /** The product of a row with x. Four sums side by side need not wait for each other. */
  product(row, x) {
    const { values, size } = this;
    const from = row * size;
    const whole = size - (size % 4);
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let j = 0; j < whole; j += 4) {
      a += values[from + j] * x[j];
      b += values[from + j + 1] * x[j + 1];
      c += values[from + j + 2] * x[j + 2];
      d += values[from + j + 3] * x[j + 3];
    }
    for (let j = whole; j < size; j++) a += values[from + j] * x[j];
    return a + b + c + d;
  }

  /** The cosine of x with each row; a row's scale makes no difference to it. */
  cosines(x) {
    const length = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
    return this.lengths.map((own, row) => this.product(row, x) / (own * length || 1));
  }
}

/** The places of the `k` largest values with them, largest first; equal ones in their order. */
function largest(values, k) {
  const found = [];
  for (let place = 0; place < values.length; place++) {
    const value = values[place];
    if (found.length === k && value <= found[k - 1][1]) continue;
    let at = found.length;
    while (at > 0 && found[at - 1][1] < value) at--;
    found.splice(at, 0, [place, value]);
    found.length = Math.min(found.length, k);
  }
  return found;
}

const runs = []; // {network, images, captions, spaces}

/** What the page asks, by name; `r` is the place of a run. */
const ANSWERS = {
  /** Make the runs of the page's content ready. */
  async unpack(content, base64) {
    const buffer = await inflate(base64);
    const array = (entry) => entry && arrayOf(buffer, entry);
    const table = (entry) => entry && new Table(array(entry), array(entry.scales));
    for (const run of content.runs) {
      const weights = Object.entries(run.weights).map(([name, entry]) => [name, array(entry)]);
      const network = new Network(run, Object.fromEntries(weights));
      const captions = run.captionVectors
        ? table(run.captionVectors)
        : summedCaptions(network, content.captions);
      runs.push({ network, captions, images: table(run.imageVectors), spaces: run.spaces, array });
    }
    return runs.length;
  },

  /** Word `at` of a sentence: whether it is read and known, how far it moves the image, its bits. */
  word(r, words, at) {
    const { network } = runs[r];
    const readings = network.readings(words.slice(0, at + 1));
    const [before, after] = readings.slice(-2);
    const ids = network.idsOf(words[at]);
    return {
      read: ids.length > 0,
      known: ids.length > 0 && !ids.includes(UNK),
      moved: moved(before.imagined, after.imagined),
      bits: network.textual ? bits(before, ids[0]) : null,
    };
  },

  /** What a run makes of a sentence as a whole. */
  sentence(r, words) {
    const { network, images, captions } = runs[r];
    const reading = network.readings(words).at(-1);
    const chances = network.textual ? largest(reading.expected, EXPECTED) : [];
    return {
      images: images ? largest(images.cosines(reading.imagined), NEAR) : [],
      captions: largest(captions.cosines(reading.meaning), NEAR),
      next: chances.map(([id, logarithm]) => [network.run.vocabulary[id], Math.exp(logarithm)]),
      endBits: network.textual ? bits(reading, END) : null,
    };
  },

  /** The cosines of what a run makes of two sentences, by the names of its vectors. */
  alike(r, words, others) {
    const { network } = runs[r];
    const [a, b] = [words, others].map((each) => network.readings(each).at(-1));
    const found = {};
    if (network.visual) found.image = cosine(a.imagined, b.imagined);
    for (const path of ["hidden_vis", "hidden_text"]) {
      if (path in network.paths && network.run.kind !== "LINREG") {
        found[path] = cosine(a.state(path).h, b.state(path).h);
      }
    }
    return found;
  },

  /** How far the image of a sentence moves when word `at` is left out: the omission score. */
  omission(r, words, at) {
    const { network } = runs[r];
    const readings = network.readings(words);
    const rest = words.slice(at + 1).flatMap((word) => network.idsOf(word));
    const without = rest.reduce((reading, id) => reading.nextOnce(id), readings[at]);
    return moved(readings.at(-1).imagined, without.imagined);
  },

  /** A space of a run's words: the nearest words of each, their cosines, places on the map. */
  space(r, name) {
    const { spaces, array } = runs[r];
    const { nearest, cosines, map } = spaces[name];
    return { k: nearest.shape[1], nearest: array(nearest), cosines: array(cosines), map: array(map) };
  },

  /** The vectors themselves, by the names of `Workflow.outputs`; tests hold them to Python's. */
  vectors(r, words) {
    const { network } = runs[r];
    const reading = network.readings(words).at(-1);
    const found = network.visual ? { output_vis: reading.imagined } : {};
    for (const path of Object.keys(network.paths)) found[path] = reading.state(path).h;
    return found;
  },
};

/** 1 - cosine, from 0 on: rounding may take a cosine above 1. */
function moved(a, b) {
  return Math.max(0, 1 - cosine(a, b));
}

/** How surprising a word is after a reading: -log2 of its probability. */
function bits(reading, id) {
  return -reading.expected[id] / Math.LN2;
}

/** LINREG's vectors of captions, which cost it nothing: a sum of rows each. */
function summedCaptions(network, texts) {
  const vectors = texts.map((text) => {
    const ids = tokenize(text).flatMap((word) => network.idsOf(word));
    return ids.reduce((reading, id) => reading.nextOnce(id), network.nothing).meaning;
  });
  const values = new Float32Array(texts.length * network.nothing.meaning.length);
  vectors.forEach((vector, row) => values.set(vector, row * vector.length));
  return new Table(values, new Float32Array(texts.length).fill(1));
}

onmessage = async ({ data: { id, question, parameters } }) => {
  try {
    postMessage({ id, answer: await ANSWERS[question](...parameters) });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
};
