"use strict";
// From text to words, as imaginet_pt/data/preprocessing.py does it. The page and the worker use it.

const PUNCTUATION = /[!-/:-@[-`{-~]/g; // Python's string.punctuation: all of ASCII's
const MOST_WORDS = 500;

/** Words of a text in lower case: split at spaces; punctuation, line ends and tabs stand alone. */
function tokenize(text) {
  const apart = text.toLowerCase().replace(PUNCTUATION, " $& ").replace(/[\n\t]/g, " $& ");
  return apart.split(" ").filter((word) => word !== "");
}

/**
 * The words of a text as the page shows them: at most MOST_WORDS, none of them white space. The
 * network would read a tab as a word that it does not know.
 */
function wordsOf(text) {
  return tokenize(text.replace(/\s+/g, " ")).slice(0, MOST_WORDS);
}

/** The parts of a word that LINREG counts: two letters, digits or more, as its "bag" unit. */
function countedParts(word) {
  return word.match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}
