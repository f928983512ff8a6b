// What is looked at: the medium, the stretch of time in view, the cursor; and who has to know when that changes.

const view = { medium: data.media[0]?.media ?? 0, from: 0, to: 1, at: 0, hidden: new Set(), width: 1 };
const listeners = { view: [], cursor: [] };
const NEAREST = 0.05; // seconds that are in view when zoomed in to the end

function duration() {
  const medium = data.media.find((one) => one.media === view.medium);
  return Math.max(medium?.duration ?? 0, last(), 0.1);
}

// When the last segment and track of the medium end: they may be told of beyond a medium's own end.
function last() {
  const { media, end } = data.segments, tracks = data.lanes.flatMap((lane) => lane.tracks);
  const segments = end.filter((_, i) => media[i] === view.medium);
  const ends = segments.concat(tracks.filter(([medium]) => medium === view.medium).map(([, , until]) => until));
  return ends.reduce((latest, one) => Math.max(latest, one), 0);
}

let whole = duration();
let asked = false;

// Draws everything again, once before the next picture of the screen.
function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; for (const draw of listeners.view) draw(); });
}

function show(from, to) {
  const length = Math.min(Math.max(to - from, NEAREST), whole);
  view.from = Math.min(Math.max(from, 0), whole - length);
  view.to = view.from + length;
  redraw();
}

function zoom(factor, about = view.at) {
  const still = Math.min(Math.max(about, view.from), view.to);
  show(still - (still - view.from) * factor, still + (view.to - still) * factor);
}

function shift(share) {
  const by = share * (view.to - view.from);
  show(view.from + by, view.to + by);
}

// Moves the cursor; a view that it leaves follows it.
function go(time) {
  view.at = Math.min(Math.max(time, 0), whole);
  if (view.at < view.from || view.at > view.to) {
    const length = view.to - view.from;
    show(view.at - length / 10, view.at + 0.9 * length);
  }
  for (const moved of listeners.cursor) moved();
}

function choose(medium) {
  view.medium = medium;
  whole = duration();
  show(0, whole);
  go(0);
}

// Seconds as "1:02.5", with hours where there are some, with as many digits after the point as asked for.
function clock(seconds, digits = 1) {
  const scale = 10 ** digits, total = Math.round(seconds * scale);
  const minutes = Math.floor(total / scale / 60), rest = (total / scale - minutes * 60).toFixed(digits);
  const two = (text) => (String(text).split(".")[0].length < 2 ? `0${text}` : `${text}`);
  const hours = Math.floor(minutes / 60);
  return (hours ? `${hours}:${two(minutes % 60)}` : `${minutes}`) + `:${two(rest)}`;
}

// The whole of a probability is never called certain.
function percent(probability) {
  if (probability > 0.999) return "> 99.9 %";
  return probability < 0.001 ? "< 0.1 %" : `${(100 * probability).toFixed(1)} %`;
}

// Text of the segments' columns that are kept as numbers of texts.
const text = (column, i) => data.segments.texts[data.segments[column][i]];
const nameOf = (lane) => data.lanes.find((one) => one.lane === lane)?.name ?? "(the whole)";

// An element with attributes and children; texts are set as texts, so none is ever read as HTML.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
