"use strict";
// What the page holds, and the library's names.

const { h, html, render, Component, useEffect, useMemo, useRef, useState } = htmPreact;

const CONTENT = JSON.parse(document.getElementById("content").textContent);
const RUNS = CONTENT.runs;
const TABLE3 = [
  {
    original: "a couple of horses UNK their head over a rock pile",
    scrambled: "rock couple their head pile a a UNK over of horses",
  },
  {
    original: "a cute baby playing with a cell phone",
    scrambled: "phone playing cute cell a with baby a",
  },
];
const FIGURE3 = {
  original: "a variety of kitchen utensils hanging from a UNK board .",
  scrambled: "kitchen of from hanging UNK variety a board utensils a .",
};

/** Whether a run imagines images, and whether it expects words. */
const imagines = (run) => run.kind !== "TEXTUAL";
const expects = (run) => run.kind === "TEXTUAL" || run.kind === "MULTITASK";

/** The ids of a run's words. */
const vocabularies = RUNS.map((run) => placesOf(run.vocabulary));

/** A number as the page shows it. */
const shown = (number, digits = 2) => (number === null ? "–" : number.toFixed(digits));

/** A text without space before the marks that close a sentence or a part of one. */
const closed = (text) => text.replace(/\s+([.,;:!?])(?=\s|$)/g, "$1");

/** 1st, 2nd, 3rd, 4th ... */
function ordinal(n) {
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${(!teen && { 1: "st", 2: "nd", 3: "rd" }[n % 10]) || "th"}`;
}
