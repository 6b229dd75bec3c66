"use strict";
// The worker that runs the network, and the hooks by which views ask it.

const waiting = new Map(); // id of a question -> what to do with its answer
const worker = startWorker();

function startWorker() {
  const text = document.getElementById("worker").textContent;
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const started = new Worker(address);
  started.onmessage = ({ data: { id, answer, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(answer);
    else reject(new Error(error));
  };
  return started;
}

/** Ask the worker one of the questions of network/worker.js. */
function ask(question, ...parameters) {
  return new Promise((resolve, reject) => {
    const id = ask.count++;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, question, parameters });
  });
}
ask.count = 0;

/** The answer to a question, null until it is there; the answer before it stays until then. */
function useAnswer(question, ...parameters) {
  const [answer, setAnswer] = useState(null);
  useEffect(() => {
    let wanted = true;
    ask(question, ...parameters).then((found) => wanted && setAnswer(found));
    return () => {
      wanted = false;
    };
  }, [JSON.stringify([question, parameters])]);
  return answer;
}

const REFRESH = 80; // milliseconds between two views of a series that grows

/** How many of the places of `words` have the answers that they had in `before`, by question. */
const STILL_TRUE = {
  word: (before, words) => {
    const parting = words.findIndex((word, at) => word !== before[at]);
    return parting < 0 ? words.length : parting;
  },
  omission: (before, words) => (String(before) === String(words) ? words.length : 0),
};

/** The answers to a question for each place of `words`, as far as they are there. */
function useSeries(question, r, words) {
  const [series, setSeries] = useState({ of: words, found: [] });
  useEffect(() => {
    let wanted = true;
    const collect = async () => {
      const found = [];
      let last = performance.now();
      for (let at = 0; at < words.length && wanted; at++) {
        found.push(await ask(question, r, words, at));
        if (performance.now() - last > REFRESH) {
          last = performance.now();
          if (wanted) setSeries({ of: words, found: [...found] });
        }
      }
      if (wanted) setSeries({ of: words, found });
    };
    collect();
    return () => {
      wanted = false;
    };
  }, [JSON.stringify([question, r, words])]);
  return series.found.slice(0, STILL_TRUE[question](series.of, words));
}
