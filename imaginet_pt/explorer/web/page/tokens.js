"use strict";
// From text to words, as imaginet_pt/data/preprocessing.py does it. The page and the worker use it.

const PUNCTUATION = /[!-/:-@[-`{-~]/g; // Python's string.punctuation: all of ASCII's
const MOST_WORDS = 500;

// Marks that typesetting puts in the place of ASCII's, and spaces; a byte order mark is nothing.
const PLAIN = [
  [/[\u2018\u2019\u201a\u201b\u2032]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, "-"],
  [/[\u00a0\u2009\u202f]/g, " "],
  [/\u2026/g, "..."],
  [/\ufeff/g, ""],
];

/** A text in lower case, with composed letters and ASCII's quotes, dashes and spaces. */
function plain(text) {
  const composed = text.toLowerCase().normalize("NFC");
  return PLAIN.reduce((result, [marks, mark]) => result.replace(marks, mark), composed);
}

/** Each word's place in a vocabulary, also under its plain form where no other word has that. */
function placesOf(vocabulary) {
  const places = new Map(vocabulary.map((word, id) => [word, id]));
  vocabulary.forEach((word, id) => {
    if (!places.has(plain(word)) && /[^\x00-\x7f]/.test(word)) places.set(plain(word), id);
  });
  return places;
}

/** Split a plain text at spaces; punctuation, line ends and tabs stand alone. */
function splitPlain(text) {
  const marked = text.replace(PUNCTUATION, " $& ");
  const apart = marked.replace(/[\n\t]/g, " $& ").replace(/\r/g, " ");
  return apart.split(" ").filter((word) => word !== "");
}

/** Words of a text, `plain`. */
function tokenize(text) {
  return splitPlain(plain(text));
}

/**
 * The words of a text as the page shows them: at most MOST_WORDS, none of them white space. The
 * network would read a tab as a word that it does not know.
 */
function wordsOf(text) {
  return splitPlain(plain(text).replace(/\s+/g, " ")).slice(0, MOST_WORDS);
}

/** The parts of a word that LINREG counts: two letters, digits or more, as its "bag" unit. */
function countedParts(word) {
  return word.match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}
