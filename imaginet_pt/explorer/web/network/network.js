"use strict";
// The network: what a run's weights make of a sentence, one word after the other.
//
//   word -> its embedding x -> recurrent layer -> state h -> dense layer -> the imagined image
//                                                                       -> chances of the next word
//
// The equations are those of imaginet_pt/nn/layers.py, with the same names. A matrix W (n, m) is a
// Float32Array, row by row; vectors are Float64Array; no library is used.

const PAD = 0; // a caption of the training begins with it
const END = 1; // what is expected at a sentence's end
const UNK = 2; // a word outside the vocabulary
const SPECIAL = 3; // ids that are no words

const steeperSigmoid = (x) => 1 / (1 + Math.exp(-3.75 * x));

const ACTIVATIONS = {
  linear: (x) => x,
  rectify: (x) => Math.max(x, 0),
  clipped_rectify: (x) => Math.min(Math.max(x, 0), 5),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  steeper_sigmoid: steeperSigmoid,
  hard_sigmoid: (x) => Math.min(Math.max(x + 0.5, 0), 1),
  hard_tanh: (x) => Math.min(Math.max(x, -1), 1),
  t_rectify: (x) => (x > 1 ? x : 0),
  t_linear: (x) => (Math.abs(x) > 1 ? x : 0),
};

// Algebra.

/**
 * Add x W to `sum`, in place: x (n), W (n, m), sum (m). Four rows of W at a time, so that `sum` is
 * read and written a quarter as often.
 */
function addProduct(sum, x, W) {
  const m = sum.length;
  const whole = x.length - (x.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const a = x[i];
    const b = x[i + 1];
    const c = x[i + 2];
    const d = x[i + 3];
    const [rowA, rowB, rowC, rowD] = [i * m, (i + 1) * m, (i + 2) * m, (i + 3) * m];
    for (let j = 0; j < m; j++) {
      sum[j] += a * W[rowA + j] + b * W[rowB + j] + c * W[rowC + j] + d * W[rowD + j];
    }
  }
  for (let i = whole; i < x.length; i++) {
    for (let j = 0; j < m; j++) sum[j] += x[i] * W[i * m + j];
  }
  return sum;
}

/** b + x W + h U. */
function affine(b, x, W, h, U) {
  return addProduct(addProduct(Float64Array.from(b), x, W), h, U);
}

/** f(b + h W): a dense layer. */
function dense({ w, b }, h, f) {
  return addProduct(Float64Array.from(b), h, w).map(f);
}

/** The cosine of two vectors; 0 where one of them is zero. */
function cosine(a, b) {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    squareA += a[i] * a[i];
    squareB += b[i] * b[i];
  }
  return product / (Math.sqrt(squareA * squareB) || 1);
}

/** Natural logarithms of the softmax of scores. */
function logSoftmax(scores) {
  const largest = scores.reduce((a, b) => Math.max(a, b));
  const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
  const shift = largest + Math.log(sum);
  return scores.map((score) => score - shift);
}

// Recurrent layers: `start` gives the state before the first word, `step` the one after word x.

const CELLS = {
  /** Gated recurrent units, equations 1 to 4 of the paper (z and 1 - z as in the program). */
  gru: {
    start: (p) => ({ h: Float64Array.from(p.h0) }),
    step(p, f, x, { h }) {
      const z = affine(p.b_z, x, p.w_z, h, p.u_z).map(steeperSigmoid);
      const r = affine(p.b_r, x, p.w_r, h, p.u_r).map(steeperSigmoid);
      const reset = h.map((value, j) => r[j] * value);
      const candidate = affine(p.b_h, x, p.w_h, reset, p.u_h).map(f);
      return { h: h.map((value, j) => z[j] * value + (1 - z[j]) * candidate[j]) };
    },
  },

  /** Long short-term memory; the first state and cell are zero. */
  lstm: {
    start: (p) => ({ h: new Float64Array(p.b_i.length), c: new Float64Array(p.b_i.length) }),
    step(p, f, x, { h, c }) {
      const gate = (g) => affine(p[`b_${g}`], x, p[`w_${g}`], h, p[`u_${g}`]);
      const i = gate("i").map(steeperSigmoid);
      const forget = gate("f").map(steeperSigmoid);
      const o = gate("o").map(steeperSigmoid);
      const candidate = gate("c").map(f);
      const cell = c.map((value, j) => forget[j] * value + i[j] * candidate[j]);
      return { h: cell.map((value, j) => o[j] * f(value)), c: cell };
    },
  },

  /** LINREG: the sum of the words' rows, whatever their order. Its state is the image itself. */
  sum: {
    start: (p) => ({ h: Float64Array.from(p.b) }),
    step: (p, f, x, { h }) => ({ h: h.map((value, j) => value + x[j]) }),
  },
};

/** A run's network. Its ways through a sentence, by name, are `paths`. */
class Network {
  /**
   * @param run its entry in the page's content: kind, cell, activations, unit, vocabulary.
   * @param weights its arrays by dotted name, as "visual.gru.w_z".
   */
  constructor(run, weights) {
    this.run = run;
    this.weights = weights;
    this.mostKept = mostKept(weights);
    this.activation = ACTIVATIONS[run.activation];
    this.ids = placesOf(run.vocabulary);
    this.visual = run.kind !== "TEXTUAL";
    this.textual = run.kind === "TEXTUAL" || run.kind === "MULTITASK";
    this.paths = this.pathsOf(run);
    this.forget();
  }

  /** Forget the sentences read so far. */
  forget() {
    this.nothing = new Reading(this, null, null);
    this.kept = 0;
  }

  /**
   * The recurrent layer of each path and what it reads before the first word. A path that expects
   * words begins with PAD, as sentences do in training; those that give vectors do not.
   */
  pathsOf(run) {
    if (run.kind === "LINREG") return { hidden_vis: { layer: this.scope("linear"), before: [] } };
    const paths = {};
    const layer = (pathway) => this.scope(`${pathway}.${run.cell}`);
    if (this.visual) paths.hidden_vis = { layer: layer("visual"), before: [] };
    if (this.textual) paths.hidden_text = { layer: layer("textual"), before: [] };
    if (this.textual) paths.expecting = { layer: layer("textual"), before: [PAD] };
    return paths;
  }

  /** The weights whose names begin with `prefix` and a dot, without that. */
  scope(prefix) {
    const inScope = Object.entries(this.weights).filter(([name]) => name.startsWith(`${prefix}.`));
    return Object.fromEntries(inScope.map(([name, w]) => [name.slice(prefix.length + 1), w]));
  }

  /** The vector of a word; LINREG's has the size of an image, and none for what is no word. */
  embedding(id) {
    const linear = this.run.cell === "sum";
    const matrix = linear ? this.weights["linear.w"] : this.weights.embeddings;
    const rows = this.run.vocabulary.length - (linear ? SPECIAL : 0);
    const row = linear ? id - SPECIAL : id;
    const size = matrix.length / rows;
    if (row < 0) return new Float64Array(size);
    return Float64Array.from(matrix.subarray(row * size, (row + 1) * size));
  }

  start(path) {
    const { layer, before } = this.paths[path];
    const first = CELLS[this.run.cell].start(layer);
    return before.reduce((state, id) => this.step(path, state, id), first);
  }

  step(path, state, id) {
    const { layer } = this.paths[path];
    return CELLS[this.run.cell].step(layer, this.activation, this.embedding(id), state);
  }

  image(h) {
    if (this.run.cell === "sum") return h;
    return dense(this.scope("visual.dense"), h, ACTIVATIONS[this.run.outActivation]);
  }

  /** Log probabilities of all words as the next one. */
  expectation(h) {
    return logSoftmax(dense(this.scope("textual.dense"), h, ACTIVATIONS.linear));
  }

  /** The ids that the network reads for a word: one; for LINREG those of its counted parts. */
  idsOf(word) {
    const parts = this.run.unit === "bag" ? countedParts(word) : [word];
    return parts.map((part) => this.ids.get(part) ?? UNK);
  }

  /** The readings of a sentence: before its first word, and after each. */
  readings(words) {
    const found = [this.nothing];
    for (const word of words) {
      found.push(this.idsOf(word).reduce((reading, id) => reading.next(id), found.at(-1)));
    }
    return found;
  }
}

const MOST_KEPT = 1500; // readings of a network
const BYTES_KEPT = 64e6; // of the images that they imagine and the chances that they give words

/** How many readings are kept: one sentence always. */
function mostKept(weights) {
  const size = (name) => weights[name]?.length ?? 0;
  const each = 8 * (size("visual.dense.b") + size("textual.dense.b"));
  return Math.min(MOST_KEPT, Math.max(MOST_WORDS + 1, Math.floor(BYTES_KEPT / each)));
}

/** What a network has made of the words up to a point. All is computed when it is first needed. */
class Reading {
  constructor(network, before, id) {
    this.network = network;
    this.before = before;
    this.id = id;
    this.after = new Map();
    this.states = {};
  }

  /** The reading after one more word, kept so that a word is read once while one types. */
  next(id) {
    if (!this.after.has(id)) {
      if (++this.network.kept > this.network.mostKept) this.network.forget();
      this.after.set(id, this.nextOnce(id));
    }
    return this.after.get(id);
  }

  /** The same, not kept. */
  nextOnce(id) {
    return new Reading(this.network, this, id);
  }

  /** The state of a path: {h} and, for LSTM, {h, c}. */
  state(path) {
    this.states[path] ??= this.before
      ? this.network.step(path, this.before.state(path), this.id)
      : this.network.start(path);
    return this.states[path];
  }

  /** What captions are compared by: the last state of the visual pathway, or of the only one. */
  get meaning() {
    return this.state(this.network.visual ? "hidden_vis" : "hidden_text").h;
  }

  /** The imagined image; TEXTUAL imagines none, and what moves is its state. */
  get imagined() {
    if (!this.network.visual) return this.meaning;
    return (this.image ??= this.network.image(this.state("hidden_vis").h));
  }

  /** Log probabilities of the next word. */
  get expected() {
    return (this.chances ??= this.network.expectation(this.state("expecting").h));
  }
}
