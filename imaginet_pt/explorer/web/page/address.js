"use strict";
// What the page shows, as the part of its address after #, so that a view can be cited.
//
//   s  the sentence          v  the view               r, b  runs: the one, and the one beside it
//   n  words read of it      o  the words' other order  x    places of words left out
//   t  the second sentence   w  a word                  m    its space    z  zoom of the map
//   g  step of the tour

const VIEWS = ["reading", "order", "omission", "sentences", "words"];
const EMPTY = {
  s: "", v: "reading", r: 0, b: -1, n: -1, o: "", x: [], t: "", w: "", m: "embedding", z: 1, g: 0,
};

/** Read a state from an address; whatever is no such thing has its value in EMPTY. */
function readAddress(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const text = (name) => (given.get(name) ?? EMPTY[name]).slice(0, 20000);
  const whole = (name, least, most) => {
    const number = Number.parseInt(given.get(name), 10);
    return number >= least && number <= most ? number : EMPTY[name];
  };
  const places = (given.get("x") ?? "").split(",").map(Number);
  return {
    s: text("s"),
    v: VIEWS.includes(given.get("v")) ? given.get("v") : EMPTY.v,
    r: whole("r", 0, RUNS.length - 1),
    b: whole("b", 0, RUNS.length - 1),
    n: whole("n", 1, MOST_WORDS),
    o: text("o"),
    x: given.has("x") ? places.filter((place) => Number.isInteger(place) && place >= 0) : [],
    t: text("t"),
    w: text("w"),
    m: given.get("m") === "visual" ? "visual" : EMPTY.m,
    z: whole("z", 1, 16),
    g: whole("g", 0, 20),
  };
}

/** Write a state as an address: `#s=` and what differs from EMPTY. */
function writeAddress(state) {
  const differing = Object.entries(state).filter(
    ([name, value]) => name !== "s" && String(value) !== String(EMPTY[name]),
  );
  return `#${new URLSearchParams([["s", state.s], ...differing])}`;
}

const WRITE_AFTER = 250; // milliseconds: browsers refuse addresses that change all the time

/** The page's state, and a function that changes some of it. The address follows, and leads. */
function useAddress() {
  const [state, setState] = useState(() =>
    location.hash ? readAddress(location.hash) : { ...EMPTY, s: CONTENT.captions[0] },
  );
  const change = (some) => setState((before) => ({ ...before, ...some }));
  const known = useRef(location.hash); // an address that differs from it has been given since
  useEffect(() => {
    const follow = () => {
      known.current = location.hash;
      setState(readAddress(location.hash));
    };
    addEventListener("hashchange", follow);
    if (location.hash !== known.current) follow(); // it changed before anyone listened
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    const write = () => {
      if (location.hash !== known.current) return;
      history.replaceState(null, "", writeAddress(state));
      known.current = location.hash;
    };
    const timer = setTimeout(write, WRITE_AFTER);
    return () => clearTimeout(timer);
  }, [state]);
  return [state, change];
}

